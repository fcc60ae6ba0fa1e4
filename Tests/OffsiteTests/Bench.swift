import Digests
import DurableFiles
import Foundation
import Glibc
import Offsite
import Processes
import SystemPackage
import Testing

/// A folder for one test with sets in it, removed when the test ends.
final class Bench: Sendable {
    let path: FilePath
    var store: FilePath { path.appending("store") }
    var state: FilePath { path.appending("state") }
    var scratch: FilePath { path.appending("scratch") }

    static func has(_ programs: String...) -> Bool {
        programs.allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
    }

    init() throws {
        path = FilePath(FileManager.default.temporaryDirectory.path).appending("ronde-offsite-\(UUID())")
        for name in ["", "store", "sets", "scratch", "keys"] {
            try FileManager.default.createDirectory(
                atPath: path.appending(name).string, withIntermediateDirectories: false)
        }
    }

    deinit {
        // The test is over; a folder that cannot be removed is a fault of the machine, which other tests report.
        try? FileManager.default.removeItem(atPath: path.string)
    }

    func callAsFunction(_ name: String) -> FilePath { path.appending(name) }

    func file(_ name: String, _ bytes: [UInt8]) throws -> OffsiteFile {
        let path = self("sets").appending(name)
        try DurableFile.write(bytes, to: path, permissions: .ownerReadWrite)
        return OffsiteFile(name: name, path: path, bytes: bytes.count, sha256: try SHA256Digest(of: bytes))
    }

    func set(_ name: String, bytes: Int = 10_000) throws -> OffsiteSet {
        let data = try file("\(name).db.gz", sample(bytes, seed: UInt64(name.utf8.reduce(0) { $0 + Int($1) })))
        let text = "\(data.name) \(data.bytes) \(data.sha256)\n"
        return OffsiteSet(name: name, data: [data], manifest: try file("\(name).json", Array(text.utf8)))
    }

    func copy(_ destination: any OffsiteDestination, reverifyAfter: Duration? = nil, attempts: Int = 1) throws
        -> OffsiteCopy
    {
        try OffsiteCopy(
            name: "test", destination: destination, stateFolder: state, reverifyAfter: reverifyAfter,
            attempts: attempts, pause: .zero)
    }

    /// What is at the destination, hidden files too.
    func stored() throws -> [String] { try Folder.entries(of: store) }

    func expectStored(_ sets: OffsiteSet..., at place: FilePath? = nil) throws {
        for file in sets.flatMap({ $0.data + [$0.manifest] }) {
            let bytes = try DurableFile.read((place ?? store).appending(file.name), limit: 256 << 20)
            #expect(try SHA256Digest(of: bytes) == file.sha256, "\(file.name)")
        }
    }

    /// Makes a program out of a script.
    func program(_ script: String) throws -> FilePath {
        let path = self("keys/program-\(UUID())")
        try DurableFile.write(
            Array("#!/bin/sh\n\(script)\n".utf8), to: path, permissions: .ownerReadWriteExecute)
        return path
    }

    func text(_ name: String) throws -> String {
        String(decoding: try DurableFile.read(self(name), limit: 16 << 20), as: UTF8.self)
    }

    static func shell(_ script: String) async throws {
        let child = ChildProcess(
            executable: "/bin/sh", arguments: ["-ec", script],
            environment: ["PATH": "/usr/bin:/bin:/usr/sbin", "LC_ALL": "C.UTF-8"], timeLimit: .seconds(60))
        let report = try await child.run { _ in }
        try #require(report.end == .exited(0), "\(script): \(report.errorText)")
    }
}

/// Reads the manifest that `Bench.set` writes.
func records(_ manifest: FilePath) throws -> [OffsiteRecord] {
    let text = String(decoding: try DurableFile.read(manifest, limit: 1 << 20), as: UTF8.self)
    return try text.split(separator: "\n").map { line in
        let words = line.split(separator: " ")
        let digest = try #require(words.last.flatMap { SHA256Digest(hex: $0) })
        let bytes = try #require(Int(words[words.count - 2]))
        return OffsiteRecord(name: words.dropLast(2).joined(separator: " "), bytes: bytes, sha256: digest)
    }
}

/// Bytes that do not repeat soon and are the same each time.
func sample(_ count: Int, seed: UInt64 = 42) -> [UInt8] {
    var state = seed
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 33)
    }
}

/// A port of the loopback that is free at the moment.
func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
    }
    try #require(bound)
    return Int(UInt16(bigEndian: address.sin_port))
}

/// Whether something listens on a port of the loopback.
func answers(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}

/// Waits until something is so, at most twenty seconds.
func until(_ what: String, _ isSo: () throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while try !isSo() {
        try #require(ContinuousClock.now < deadline, "\(what): not within 20 s")
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// A file system of 1 MB in memory, which only root can make; unmounted when the test ends.
final class SmallDisk {
    let path: FilePath

    static let isAvailable: Bool = {
        // Root in a container may not mount either, so it is tried.
        (try? SmallDisk()) != nil
    }()

    init() throws {
        path = FilePath(FileManager.default.temporaryDirectory.path).appending("ronde-offsite-disk-\(UUID())")
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: false)
        guard geteuid() == 0, mount("ronde", path.string, "tmpfs", 0, "size=1m") == 0 else {
            let code = Errno(rawValue: errno)
            rmdir(path.string)
            throw FileError(operation: "mount", path: path, errno: code)
        }
    }

    deinit {
        umount2(path.string, CInt(MNT_DETACH))
        rmdir(path.string)
    }
}
