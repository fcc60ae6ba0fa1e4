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

/// A real process, which is killed and waited for with the last reference to it.
final class Child {
    let process = Process()
    private let output = Pipe()
    var pid: Int32 { process.processIdentifier }

    /// Starts a program, whose path's last part is the process' name.
    ///
    /// With `isReady` it waits until the program has written something.
    init(_ program: String, _ arguments: String..., isReady: Bool = false) throws {
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = isReady ? output : FileHandle.nullDevice
        try process.run()
        if isReady { _ = output.fileHandleForReading.availableData }
    }

    /// A shell with a script of its own, which says when it is ready.
    static func shell(_ script: String) throws -> Child { try Child("/bin/sh", "-c", script, isReady: true) }

    func end() {
        guard process.isRunning else { return }
        kill(pid, SIGKILL)
        process.waitUntilExit()
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
