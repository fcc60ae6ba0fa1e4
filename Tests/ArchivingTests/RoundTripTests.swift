import Digests
import DurableFiles
import Foundation
import SystemPackage
import Testing

@testable import Archiving

@Suite("Compressing a file", .timeLimit(.minutes(2)))
struct RoundTripTests {
    private let scratch: Scratch
    private static let contents: [[UInt8]] = [
        [], [0], Array("hello\n".utf8), sample(65_536), sample(300_000), sample((1 << 20) + 1, noise: true),
        [UInt8](repeating: 0, count: 2_000_000), [0x1F, 0x8B, 8, 0],
    ]

    init() throws { scratch = try Scratch() }

    private func check(_ content: [UInt8], _ compression: Compression, with tool: String...) async throws {
        let source = try scratch.put(content, at: "source")
        let facts = try await CompressedFile.compress(at: source, to: scratch("stored"), compression: compression)
        let stored = try scratch.bytes(of: "stored")
        #expect(facts.bytes == stored.count && facts.uncompressedBytes == content.count)
        #expect(try facts.sha256 == SHA256Digest(of: stored) && facts.uncompressedSHA256 == SHA256Digest(of: content))
        let restored: [UInt8] =
            switch tool.count {
            case 2: try Tool.output(tool[0], tool[1], scratch("stored").string)
            default: stored
            }
        // Not #expect of the arrays themselves, which would print them.
        let isSame = restored == content
        #expect(isSame)
        let unpacked = try await CompressedFile.decompress(
            at: scratch("stored"), as: compression.format, to: scratch("again"), limit: content.count)
        #expect(unpacked == facts)
        let isSameAgain = try scratch.bytes(of: "again") == content
        #expect(isSameAgain)
        #expect(try scratch.entries == ["again", "source", "stored"])
    }

    @Test("with gzip is undone by gunzip and by us", arguments: contents.indices, [1, 6, 9])
    func gzip(_ content: Int, level: Int) async throws {
        try await check(Self.contents[content], .gzip(level: level), with: "gunzip", "-c")
    }

    @Test(
        "with zstd is undone by zstd and by us", .enabled(if: Tool.isPresent("zstd")), arguments: contents.indices,
        [Compression.zstd(level: 3, threads: 1), .zstd(level: 1, threads: 2), .zstd(level: 12, threads: 1)])
    func zstd(_ content: Int, _ compression: Compression) async throws {
        try await check(Self.contents[content], compression, with: "zstd", "-dcq")
    }

    @Test("without compression is a copy", arguments: contents.indices)
    func none(_ content: Int) async throws {
        try await check(Self.contents[content], .none)
    }

    @Test("gives the same bytes each time, and no time stamp", arguments: [Compression.gzip, .zstd])
    func reproducible(_ compression: Compression) async throws {
        let source = try scratch.put(sample(200_000), at: "source")
        let one = try await CompressedFile.compress(at: source, to: scratch("one"), compression: compression)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: source.string)
        let two = try await CompressedFile.compress(at: source, to: scratch("two"), compression: compression)
        #expect(one == two)
        if compression == .gzip { #expect(try scratch.bytes(of: "one")[4..<8] == [0, 0, 0, 0]) }
    }

    @Test("undoes one layer only", arguments: [Compression.gzip, .zstd])
    func nested(_ compression: Compression) async throws {
        let source = try scratch.put(sample(50_000), at: "source")
        try await _ = CompressedFile.compress(at: source, to: scratch("one"), compression: compression)
        try await _ = CompressedFile.compress(at: scratch("one"), to: scratch("two"), compression: compression)
        let isSame = try scratch.unpack(scratch.bytes(of: "two")) == scratch.bytes(of: "one")
        #expect(isSame)
    }

    @Test("a stream that is not finished is no whole file", arguments: [Compression.gzip, .zstd])
    func unfinished(_ compression: Compression) throws {
        do {
            let file = try TemporaryFile.create(beside: scratch("a"), permissions: .ownerReadWrite)
            var writer = try CompressedFileWriter.begin(compression, into: file.descriptor, path: scratch("a"))
            try writer.write(sample(2 << 20, noise: true))
            _ = consume writer
            try file.publish(as: scratch("a"))
        }
        let stored = try scratch.bytes(of: "a")
        #expect(throws: ArchiveError.self) { try scratch.unpack(stored, as: compression.format) }
    }

    @Test(
        "is refused with numbers that no compression has",
        arguments: [
            Compression.gzip(level: 0), .gzip(level: 10), .zstd(level: 0, threads: 1), .zstd(level: 20, threads: 1),
            .zstd(level: 3, threads: 0), .zstd(level: 3, threads: 65),
        ])
    func outOfRange(_ compression: Compression) async throws {
        let source = try scratch.put([1], at: "source")
        await #expect(throws: ArchiveError.self) {
            try await CompressedFile.compress(at: source, to: scratch("a"), compression: compression)
        }
        #expect(try scratch.entries == ["source"])
    }

    @Test("and its reader agree with sha256sum", .enabled(if: Tool.isPresent("sha256sum")))
    func sha256sum() async throws {
        let source = try scratch.put(sample(300_000), at: "source")
        let facts = try await CompressedFile.compress(at: source, to: scratch("a.gz"), compression: .gzip)
        for (name, digest) in [("source", facts.uncompressedSHA256), ("a.gz", facts.sha256)] {
            let said = String(decoding: try Tool.output("sha256sum", scratch(name).string).prefix(64), as: UTF8.self)
            #expect(said == digest.hex)
        }
        #expect(try await CompressedFile.verify(at: scratch("a.gz"), limit: 300_000) == facts)
    }
}
