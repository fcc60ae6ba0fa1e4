import Foundation
import SystemPackage
import Testing

@testable import Archiving

@Suite("A damaged file", .timeLimit(.minutes(2)))
struct DamageTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func pack(_ content: [UInt8], _ compression: Compression = .gzip) async throws -> [UInt8] {
        let name = UUID().uuidString
        let source = try scratch.put(content, at: name)
        try await _ = CompressedFile.compress(at: source, to: scratch(name + ".packed"), compression: compression)
        return try scratch.bytes(of: name + ".packed")
    }

    private func kind(of body: () throws -> some Any) -> ArchiveError.Kind? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? ArchiveError)?.kind
        }
    }

    @Test("cut short anywhere is damaged", arguments: [Compression.gzip, .zstd], [0, 1, 3000, 70_000])
    func truncated(_ compression: Compression, count: Int) async throws {
        let whole = try await pack(sample(count), compression)
        // Each place in a small file; near both ends and some between in a larger one.
        let places = Set(0..<min(whole.count, 60)).union((max(0, whole.count - 40))..<whole.count)
            .union(stride(from: 0, to: whole.count, by: max(1, whole.count / 12)))
        for place in places.sorted() {
            let cut = Array(whole[..<place])
            #expect(kind { try scratch.unpack(cut, as: compression.format) } == .damaged, "cut at \(place)")
            // By its content alone a file of less than its magic is plain.
            if place >= 4 { #expect(kind { try scratch.unpack(cut) } == .damaged, "cut at \(place)") }
        }
    }

    @Test("with one bit changed is damaged, or unpacks to the same", arguments: [0, 1, 2000])
    func flipped(_ count: Int) async throws {
        let content = sample(count)
        try expectNoSilentChange(of: try await pack(content), content)
    }

    @Test(
        "with one bit changed in a checked zstd frame is damaged, or unpacks to the same",
        .enabled(if: Tool.isPresent("zstd")))
    func flippedZstd() throws {
        let content = sample(1000)
        let source = try scratch.put(content, at: "source")
        try expectNoSilentChange(of: try Tool.output("zstd", "-qc", source.string), content)
    }

    private func expectNoSilentChange(of whole: [UInt8], _ content: [UInt8]) throws {
        for index in whole.indices {
            var changed = whole
            changed[index] ^= 1 << (index % 8)
            do {
                let isSame = try scratch.unpack(changed, limit: 1 << 24) == content || index < 4
                #expect(isSame, "changed at \(index)")
            } catch let error as ArchiveError {
                #expect(error.kind != .failed, "changed at \(index)")
            }
        }
    }

    @Test(
        "with a wrong checksum or length at its end says so",
        arguments: [(8, "checksum"), (5, "checksum"), (4, "length"), (1, "length")])
    func trailer(_ fromEnd: Int, says fragment: String) async throws {
        var stored = try await pack(sample(100_000))
        stored[stored.count - fromEnd] ^= 1
        let error = try #require(throws: ArchiveError.self) { try scratch.unpack(stored) }
        #expect(error.kind == .damaged && error.message.contains(fragment))
    }

    @Test(
        "followed by other bytes is damaged", arguments: [Compression.gzip, .zstd],
        [[0], [UInt8](repeating: 0, count: 512), Array("garbage".utf8), [0x1F, 0x8B, 8], sample(200_000)])
    func followed(_ compression: Compression, by others: [UInt8]) async throws {
        for count in [0, 1000, 300_000] {
            let stored = try await pack(sample(count), compression) + others
            #expect(kind { try scratch.unpack(stored, limit: 1 << 20) } == .damaged)
        }
    }

    @Test("said to be compressed but not so is damaged", arguments: [CompressedFormat.gzip, .zstd])
    func otherFormat(_ format: CompressedFormat) async throws {
        #expect(kind { try scratch.unpack([], as: format) } == .damaged)
        #expect(kind { try scratch.unpack(sample(1000), as: format) } == .damaged)
        let other = try await pack(sample(1000), format == .gzip ? .zstd : .gzip)
        #expect(kind { try scratch.unpack(other, as: format) } == .damaged)
        let isSame = try scratch.unpack(other, as: .plain) == other
        #expect(isSame)
    }

    @Test("that unpacks to more than allowed is stopped there", arguments: [Compression.none, .gzip, .zstd])
    func bomb(_ compression: Compression) async throws {
        let stored = try await pack([UInt8](repeating: 0, count: 4_000_000), compression)
        #expect(kind { try scratch.unpack(stored, limit: 3_999_999) } == .overLimit)
        #expect(kind { try scratch.unpack(stored, limit: 0) } == .overLimit)
        #expect(try scratch.unpack(stored, limit: 4_000_000).count == 4_000_000)
    }

    @Test("or a missing one leaves no destination, and keeps the old one")
    func leavesNothing() async throws {
        try scratch.put([9], at: "old")
        var stored = try await pack(sample(500_000))
        stored[stored.count - 6] ^= 1
        try scratch.put(stored, at: "bad.gz")
        let before = try scratch.entries
        for destination in ["new", "old"] {
            await #expect(throws: ArchiveError.self) {
                try await CompressedFile.decompress(at: scratch("bad.gz"), to: scratch(destination), limit: 1 << 20)
            }
        }
        await #expect(throws: ArchiveError.self) { try await CompressedFile.verify(at: scratch("missing"), limit: 1) }
        #expect(try scratch.entries == before)
        #expect(try scratch.bytes(of: "old") == [9])
    }
}
