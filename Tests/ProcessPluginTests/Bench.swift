import ConfigurationFiles
import DatabasePluginTesting
import DurableFiles
import Foundation
import Glibc
import Maintenance
import PluginKit
import ProcFS
import SystemPackage

@testable import ProcessPlugin

typealias Trial = PluginTrial<ProcessPlugin>

/// A real process, which is killed with its group and waited for with the last reference to it.
///
/// Not Foundation's: that waits for grandchildren too, and blocks a thread that other tests need.
final class Child {
    let pid: pid_t
    private var hasEnded = false
    /// Where a program says that it is ready; kept open, so that it can go on writing.
    private let output: Int32

    /// Whoever runs the tests may have left files open, and a test counts those of its child.
    private static let keepsInherited: Void = {
        for descriptor in 3..<Int32(1024) { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    }()

    /// Starts a program, whose path's last part is the process' name.
    ///
    /// With `isReady` it waits until the program has written something.
    init(_ program: String, _ arguments: String..., isReady: Bool = false) throws {
        Self.keepsInherited
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw TrialError(description: "no pipe: \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        output = ends[0]
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        if isReady {
            posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        } else {
            posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        var started: pid_t = 0
        let status = posix_spawn(&started, program, &actions, &attributes, words, environ)
        // Before it is read: a program that ends without a word ends the reading too.
        close(ends[1])
        guard status == 0 else {
            close(output)
            throw TrialError(description: "cannot start \(program): \(status)")
        }
        pid = started
        var byte: UInt8 = 0
        if isReady { _ = read(output, &byte, 1) }
    }

    /// A shell with a script of its own, which says when it is ready.
    static func shell(_ script: String) throws -> Child { try Child("/bin/sh", "-c", script, isReady: true) }

    func end() {
        guard !hasEnded else { return }
        hasEnded = true
        kill(-pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        close(output)
    }

    deinit { end() }
}

/// A program of a name that nothing else has, in a folder of its own.
final class NamedProgram {
    let folder: FilePath
    let name = "rt\(UInt32.random(in: 0...UInt32.max))"
    var path: String { folder.appending(name).string }

    init() throws {
        folder = FilePath(FileManager.default.temporaryDirectory.path).appending("process-\(UUID().uuidString)")
        try Folder.create(folder, isDurable: false)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/bin/sleep")
    }

    deinit {
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        try? Folder.removeTree(folder)
    }

    func write(_ text: String, to name: String, permissions: Int = 0o644) throws -> FilePath {
        let file = folder.appending(name)
        try Data(text.utf8).write(to: URL(fileURLWithPath: file.string))
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: file.string)
        return file
    }
}

/// A TCP socket of this process that listens at some free port of loopback.
final class Listener {
    let port: Int
    private let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)

    init() throws {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = socket
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && listen(socket, 1) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard isListening else { throw TrialError(description: "cannot listen: \(errno)") }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(socket) }
}
