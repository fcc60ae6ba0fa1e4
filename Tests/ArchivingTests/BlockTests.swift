import Foundation
import SystemPackage
import Testing

@testable import Archiving

@Suite("A file compressed in blocks", .timeLimit(.minutes(2)))
struct BlockTests {
    private let scratch: Scratch
    private static let block = 1 << 20

    init() throws { scratch = try Scratch() }

    /// As many bytes as take a while to make one by one: no piece is like another.
    private func long(_ count: Int, noise: Bool = false) -> [UInt8] {
        let piece = sample(40_000, noise: noise)
        var bytes: [UInt8] = []
        for number in 0...(count / piece.count) { bytes += Array("\(number)".utf8) + piece }
        return Array(bytes[..<count])
    }

    private func pack(_ content: [UInt8], _ compression: Compression) async throws -> [UInt8] {
        let source = try scratch.put(content, at: "source")
        try await _ = CompressedFile.compress(at: source, to: scratch("packed"), compression: compression)
        return try scratch.bytes(of: "packed")
    }

    @Test(
        "has the same content to us, to gunzip and to zstd, at every seam",
        arguments: [Compression.gzip(level: 1), .zstd],
        [block - 1, block, block + 1, 2 * block, 4 * block + 7])
    func seams(_ compression: Compression, _ count: Int) async throws {
        let content = long(count, noise: count % 2 == 1)
        let stored = try await pack(content, compression)
        let tool = compression.format == .gzip ? "gunzip" : "zstd"
        if Tool.isPresent(tool) {
            let isSame = try Tool.output(tool, "-dcq", scratch("packed").string) == content
            #expect(isSame)
        }
        let isSame = try scratch.unpack(stored) == content
        #expect(isSame)
    }

    @Test("does not depend on the number of threads or the sizes of the pieces it was written in")
    func deterministic() async throws {
        let content = long(5 << 20)
        let one = try await pack(content, .zstd(level: 1, threads: 1))
        #expect(try await pack(content, .zstd(level: 1, threads: 7)) == one)
        let path = scratch("pieces")
        let file = try FileDescriptor.open(path, .writeOnly, options: .create, permissions: .ownerReadWrite)
        defer { try? file.close() }  // What matters is read back.
        var writer = try CompressedFileWriter.begin(.zstd(level: 1, threads: 3), into: file, path: path)
        for start in stride(from: 0, to: content.count, by: 700_001) {
            try writer.write(Array(content[start..<min(start + 700_001, content.count)]))
        }
        _ = try writer.finish()
        #expect(try scratch.bytes(of: "pieces") == one)
    }

    @Test("is damaged when whole gzip members are missing at its end or a bit is changed in any")
    func missingBlocks() async throws {
        let stored = try await pack(long(3 * Self.block + 5), .gzip(level: 1))
        let first = try #require(stored.withUnsafeBytes { GzipBlock(header: $0) })
        #expect(!first.isLast && first.length < stored.count)
        let cut = try #require(throws: ArchiveError.self) { try scratch.unpack(Array(stored[..<first.length])) }
        #expect(cut.kind == .damaged && cut.message.contains("cut short"))
        for place in [first.length / 2, first.length + 400, first.length - 6, stored.count - 2] {
            var changed = stored
            changed[place] ^= 4
            let error = try #require(throws: ArchiveError.self) { try scratch.unpack(changed) }
            #expect(error.kind == .damaged)
        }
        // A wrong length in a header only costs time: the members are found as those of any file are.
        var changed = stored
        changed[16] ^= 1
        let isSame = try scratch.unpack(changed) == long(3 * Self.block + 5)
        #expect(isSame)
        let (twice, followed) = (stored + stored, stored + [0x1F, 0x8B, 8])
        #expect(try scratch.unpack(twice).count == 2 * (3 * Self.block + 5))
        #expect(throws: ArchiveError.self) { try scratch.unpack(followed) }
    }

    @Test(
        "is given up in the middle without waiting for anyone",
        arguments: [Compression.gzip, .zstd(level: 3, threads: 3)])
    func givenUp(_ compression: Compression) throws {
        for _ in 0..<5 {
            let file = try FileDescriptor.open("/dev/null", .writeOnly)
            defer { try? file.close() }  // It has nothing to lose.
            var writer = try CompressedFileWriter.begin(compression, into: file, path: "/srv/a")
            try writer.write(long(3 << 20, noise: true))
        }
    }
}
