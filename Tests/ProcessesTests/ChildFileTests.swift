import Foundation
import Processes
import Synchronization
import SystemPackage
import Testing

/// Children that read and write open files, or pass on their output as it comes.
@Suite("Files as streams of a child", .timeLimit(.minutes(2)))
struct ChildFileTests {
    private func inFolder<T>(_ body: (FilePath) async throws -> T) async throws -> T {
        let path = FilePath(FileManager.default.temporaryDirectory.path).appending("ronde-processes-\(UUID())")
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: false)
        // The test is over; a folder that cannot be removed is a fault of the machine, which other tests report.
        defer { try? FileManager.default.removeItem(atPath: path.string) }
        return try await body(path)
    }

    private func shell(_ script: String, input: [UInt8] = [], limit: Int = 64 << 20) -> ChildProcess {
        ChildProcess(
            executable: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"], input: input,
            timeLimit: .seconds(30), grace: .milliseconds(300), outputLimit: limit)
    }

    @Test("a file goes through a child into another file, byte for byte", arguments: [0, 1, 65_536, 5_000_001])
    func fileToFile(bytes: Int) async throws {
        try await inFolder { folder in
            let original = Data((0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
            try original.write(to: URL(fileURLWithPath: folder.appending("in").string))
            let source = try FileDescriptor.open(folder.appending("in"), .readOnly)
            defer { try? source.close() }
            let target = try FileDescriptor.open(
                folder.appending("out"), .readWrite, options: .create, permissions: .ownerReadWrite)
            defer { try? target.close() }
            var child = shell("cat; echo note >&2; exit 3")
            child.inputFile = source
            let report = try await child.run(into: target)
            #expect(report.end == .exited(3))
            #expect(report.errorText == "note\n")
            #expect(FileManager.default.contents(atPath: folder.appending("out").string) == original)
            // Both files are still open here.
            #expect(try source.seek(offset: 0, from: .start) == 0)
            #expect(try target.seek(offset: 0, from: .end) == Int64(bytes))
        }
    }

    @Test("bytes go into a file, and the child sees the end of its input")
    func bytesToFile() async throws {
        try await inFolder { folder in
            let target = try FileDescriptor.open(
                folder.appending("out"), .writeOnly, options: .create, permissions: .ownerReadWrite)
            defer { try? target.close() }
            let report = try await shell("cat", input: Array("one\ntwo".utf8)).run(into: target)
            #expect(report.end == .exited(0))
            #expect(FileManager.default.contents(atPath: folder.appending("out").string) == Data("one\ntwo".utf8))
        }
    }

    @Test("pieces put together are the whole output, also of a child that ends at once", arguments: 0..<20)
    func pieces(round: Int) async throws {
        let size = 1_000_000 + round
        let all = Mutex<[UInt8]>([])
        let report = try await shell("head -c \(size) /dev/zero; printf end").runInPieces { piece in
            all.withLock { $0.append(contentsOf: piece) }
        }
        #expect(report.end == .exited(0))
        #expect(all.withLock { $0.count } == size + 3)
        #expect(all.withLock { Array($0.suffix(3)) } == Array("end".utf8))
    }

    @Test("pieces past the limit stop the child")
    func pieceLimit() async throws {
        let seen = Mutex(0)
        let report = try await shell("yes", limit: 100_000).runInPieces { piece in
            seen.withLock { $0 += piece.count }
        }
        #expect(report.end == .flooded)
        #expect(seen.withLock { $0 } <= 100_000)
    }

    @Test("a child that writes to a file and overstays is ended", arguments: ["sleep 600", "exec 2>&-; sleep 600"])
    func overstaying(script: String) async throws {
        try await inFolder { folder in
            let target = try FileDescriptor.open(
                folder.appending("out"), .writeOnly, options: .create, permissions: .ownerReadWrite)
            defer { try? target.close() }
            var child = shell(script)
            child.timeLimit = .milliseconds(200)
            let start = ContinuousClock.now
            #expect(try await child.run(into: target).end == .timedOut)
            #expect(ContinuousClock.now - start < .seconds(20))
        }
    }
}
