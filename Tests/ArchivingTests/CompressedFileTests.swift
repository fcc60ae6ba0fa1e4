import DurableFiles
import Foundation
import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import Archiving

@Suite("Compressing whole files", .timeLimit(.minutes(2)))
struct CompressedFileTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test("stops when the task is cancelled, and leaves nothing", arguments: [true, false])
    func cancellation(compressing: Bool) async throws {
        let source = try scratch.put(sample(3 << 20, noise: true), at: "source")
        let destination = scratch("destination")
        let steps = Steps()
        let task = Task {
            let progress: @Sendable (Double) -> Void = { _ in
                steps.take()
                // Cancelled from inside, so that it happens in the middle of the work.
                withUnsafeCurrentTask { $0?.cancel() }
            }
            if compressing {
                try await _ = CompressedFile.compress(
                    at: source, to: destination, compression: .zstd, progress: progress)
            } else {
                try await _ = CompressedFile.decompress(
                    at: source, to: destination, limit: 1 << 30, progress: progress)
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(steps.count == 1)
        #expect(try scratch.entries == ["source"])
    }

    @Test("tells progress that only grows and ends at 1", arguments: [Compression.none, .gzip, .zstd])
    func progress(_ compression: Compression) async throws {
        let source = try scratch.put(sample(3 << 20), at: "source")
        let steps = Steps()
        try await _ = CompressedFile.compress(
            at: source, to: scratch("packed"), compression: compression, progress: { steps.take($0) })
        #expect(steps.fractions == steps.fractions.sorted() && steps.fractions.last == 1 && steps.count == 3)
        let back = Steps()
        try await _ = CompressedFile.decompress(
            at: scratch("packed"), to: scratch("again"), limit: 3 << 20, progress: { back.take($0) })
        #expect(back.fractions == back.fractions.sorted() && back.fractions.last == 1)
    }

    @Test("keeps an existing destination when told not to replace it")
    func notReplacing() async throws {
        let source = try scratch.put([1, 2, 3], at: "source")
        try scratch.put([9], at: "old")
        await #expect(throws: FileError.self) {
            try await CompressedFile.compress(at: source, to: scratch("old"), compression: .gzip, replacing: false)
        }
        #expect(try scratch.bytes(of: "old") == [9])
        #expect(try scratch.entries == ["old", "source"])
    }

    @Test("gives the file the permissions asked for", arguments: [0o600, 0o644, 0o440] as [UInt32])
    func permissions(_ mode: UInt32) async throws {
        let source = try scratch.put([1, 2, 3], at: "source")
        try await _ = CompressedFile.compress(
            at: source, to: scratch("a"), compression: .gzip, permissions: FilePermissions(rawValue: mode))
        #expect(try FileFacts.of(scratch("a"), followingLinks: false)?.permissions.rawValue == mode)
    }

    @Test("onto a device without room fails with the path and what to do", arguments: [Compression.none, .gzip, .zstd])
    func fullDevice(_ compression: Compression) throws {
        let device = try FileDescriptor.open("/dev/full", .writeOnly)
        defer { try? device.close() }  // A device that takes nothing has nothing to lose.
        let error = try #require(throws: ArchiveError.self) {
            var writer = try CompressedFileWriter.begin(compression, into: device, path: "/srv/a")
            try writer.write(sample(3 << 20, noise: true))
            _ = try writer.finish()
        }
        #expect(error.code == ENOSPC && error.kind == .failed)
        #expect(error.description.hasPrefix("cannot compress '/srv/a': the file system holding '/srv/a' is full"))
    }

    @Test("of something that is no file is an error", arguments: [".", "missing"])
    func noFile(_ name: String) async throws {
        await #expect(throws: (any Error).self) {
            try await CompressedFile.compress(at: scratch(name), to: scratch("a"), compression: .gzip)
        }
        await #expect(throws: (any Error).self) {
            try await CompressedFile.decompress(at: scratch(name), to: scratch("a"), limit: 10)
        }
        #expect(try scratch.entries.isEmpty)
    }
}

/// What a progress closure heard.
private final class Steps: Sendable {
    private let heard = Mutex<[Double]>([])

    var fractions: [Double] { heard.withLock { $0 } }
    var count: Int { fractions.count }

    func take(_ fraction: Double = 0) { heard.withLock { $0.append(fraction) } }
}
