import Foundation
import SystemPackage
import Testing

@testable import Archiving

@Suite("A gzip file of several members", .timeLimit(.minutes(2)))
struct GzipMembersTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func pack(_ content: [UInt8], level: Int = 6) async throws -> [UInt8] {
        let name = UUID().uuidString
        let source = try scratch.put(content, at: name)
        try await _ = CompressedFile.compress(at: source, to: scratch(name + ".gz"), compression: .gzip(level: level))
        return try scratch.bytes(of: name + ".gz")
    }

    @Test(
        "unpacks to all of them, one after the other",
        arguments: [
            [5, 6], [0, 5], [5, 0], [0, 0], [0], [1, 0, 1, 0, 0], [65_536, 65_536], [65_535, 1, 65_537],
            [9, 3, 9, 3, 3, 12, 6, 3],
            [300_000, 5, 400_000],
            [Int](repeating: 3, count: 2000), [Int](repeating: 0, count: 5000) + [7], (0..<100).map { $0 * 37 },
        ])
    func unpacks(_ counts: [Int]) async throws {
        var packed: [Int: [UInt8]] = [:]
        for count in Set(counts) { packed[count] = try await pack(sample(count)) }
        let stored = counts.flatMap { packed[$0] ?? [] }
        let isSame = try scratch.unpack(stored) == counts.flatMap { sample($0) }
        #expect(isSame)
    }

    @Test("is damaged when the checksum or length of any one is wrong", arguments: 0..<4, [8, 7, 4, 3])
    func wrongTrailer(_ member: Int, fromEnd: Int) async throws {
        var members: [[UInt8]] = []
        for count in [5000, 200_000, 1, 70_000] { members.append(try await pack(sample(count))) }
        members[member][members[member].count - fromEnd] ^= 0x10
        let error = try #require(throws: ArchiveError.self) { try scratch.unpack(members.flatMap { $0 }) }
        #expect(error.kind == .damaged)
    }

    @Test("is damaged when one is left out of the middle of another, or cut", arguments: [1, 100, 5000])
    func missingBytes(_ count: Int) async throws {
        let (one, two) = (try await pack(sample(50_000)), try await pack(sample(60_000, noise: true)))
        #expect(throws: ArchiveError.self) { try scratch.unpack(one.dropLast(count) + two) }
        #expect(throws: ArchiveError.self) { try scratch.unpack(one + two.dropFirst(count)) }
        #expect(throws: ArchiveError.self) { try scratch.unpack(one + two.dropLast(count)) }
    }

    @Test("is not mistaken in gzip files that are stored in a gzip file", arguments: [1, 9])
    func membersInside(_ level: Int) async throws {
        // Noise is stored as it is, so that the inner files' own trailers and magic are in the outer stream.
        var content: [UInt8] = []
        for count in [0, 1000, 0, 40_000, 20] {
            content += sample(count, noise: true)
            content += try await pack(sample(count, noise: true))
        }
        // Begins with what the first gzip file in it holds, and goes on with another: a seam that is right by its
        // trailer.
        let prefix = sample(5000, noise: true)
        content = try await prefix + pack(prefix) + pack([1]) + content
        let stored = try await pack(content, level: level)
        let isSame = try scratch.unpack(stored + stored) == content + content
        #expect(isSame)
    }

    @Test("as pigz and bgzip make them is like gunzip has it")
    func manyIndependentBlocks() async throws {
        var stored: [UInt8] = []
        for index in 0..<40 { stored += try await pack(sample(10_000 + index, noise: index % 2 == 0)) }
        let path = try scratch.put(stored, at: "all.gz")
        let isSame = try scratch.unpack(stored) == Tool.output("gunzip", "-c", path.string)
        #expect(isSame)
    }
}
