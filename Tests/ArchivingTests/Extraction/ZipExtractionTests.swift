import Foundation
import SystemPackage
import Testing

@testable import Archiving

@Suite("Extracting a zip archive or a single file", .timeLimit(.minutes(2)))
struct ZipExtractionTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// A zip archive of stored entries, with what a test wants to be wrong in it.
    private func zip(
        _ entries: [(name: String, content: String, mode: Int)], flags: Int = 0, method: Int = 0,
        centralSize: Int? = nil
    ) -> [UInt8] {
        func little(_ number: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(number >> (8 * $0) & 255) } }
        var (body, directory): ([UInt8], [UInt8]) = ([], [])
        for (name, content, mode) in entries {
            var crc = CRC32()
            Array(content.utf8).withUnsafeBytes { crc.update($0) }
            let size = content.utf8.count
            let numbers = little(Int(crc.value), 4) + little(size, 4) + little(centralSize ?? size, 4)
            let common = little(flags, 2) + little(method, 2) + little(0, 4)
            directory += [0x50, 0x4B, 1, 2, 20, 3, 20, 0] + common + numbers + little(name.utf8.count, 2)
            directory += little(0, 8) + little(mode << 16, 4) + little(body.count, 4) + Array(name.utf8)
            body += [0x50, 0x4B, 3, 4, 20, 0] + common + little(Int(crc.value), 4) + little(size, 4) + little(size, 4)
            body += little(name.utf8.count, 2) + little(0, 2) + Array(name.utf8) + Array(content.utf8)
        }
        let end = little(0, 4) + little(entries.count, 2) + little(entries.count, 2) + little(directory.count, 4)
        return body + directory + [0x50, 0x4B, 5, 6] + end + little(body.count, 4) + little(0, 2)
    }

    private func extract(_ bytes: [UInt8], named name: String = "a.zip") async throws -> ExtractionReport {
        try await SafeExtraction.extract(scratch.put(bytes, at: name), into: scratch("target"))
    }

    @Test("makes its files, folders and links")
    func accepts() async throws {
        let report = try await extract(
            zip([("d/", "", 0o40755), ("d/a", "hello", 0o100777), ("l", "d/a", 0o120777), ("e", "", 0)]))
        #expect(report == ExtractionReport(format: "zip", files: 2, folders: 1, links: 1, bytes: 5))
        #expect(try scratch.bytes(of: "target/l") == Array("hello".utf8))
        #expect(try scratch.entries == ["a.zip", "target"])
    }

    @Test("refuses what would do harm, is damaged or not known", arguments: 0..<12)
    func refuses(_ index: Int) async throws {
        let good = zip([("a", "hello", 0o100644)])
        var (changed, flipped) = (good, good)
        changed[32] ^= 1
        flipped[26] = 2
        let cases: [([UInt8], ArchiveError.Kind)] = [
            (zip([("../a", "1", 0)]), .unsafe), (zip([("/tmp/a", "1", 0)]), .unsafe),
            (zip([("l", "..", 0o120777), ("l/a", "1", 0)]), .unsafe), (zip([("l", "/etc", 0o120777)]), .unsafe),
            (zip([("s", "1", 0o104755)]), .unsafe), (zip([("p", "", 0o010644)]), .unsafe),
            (zip([("a", "1", 0)], flags: 1), .unsupported), (zip([("a", "1", 0)], method: 12), .unsupported),
            (zip([("a", "hello", 0)], centralSize: 4), .damaged), (changed, .damaged), (flipped, .damaged),
            (Array(good.dropLast(5)), .damaged),
        ]
        let error = await #expect(throws: ArchiveError.self) { try await extract(cases[index].0) }
        #expect(error?.kind == cases[index].1, "\(error?.description ?? "")")
        #expect(try scratch.entries == ["a.zip"])
    }

    @Test("unpacks a packed database beside its name, and copies a plain one")
    func single() async throws {
        let content = Array("SQLite format 3\u{0}".utf8) + sample(5000)
        let source = try scratch.put(content, at: "users.db")
        for (name, compression) in [("users.db.gz", Compression.gzip), ("users.db.zst", .zstd), ("users.db", .none)] {
            if compression != .none {
                try await _ = CompressedFile.compress(at: source, to: scratch(name), compression: compression)
            }
            let report = try await SafeExtraction.extract(scratch(name), into: scratch("target"))
            #expect(report.files == 1 && report.format.hasPrefix("file"))
            let isSame = try scratch.bytes(of: "target/users.db") == content
            #expect(isSame)
            try FileManager.default.removeItem(atPath: scratch("target").string)
        }
    }

    @Test("goes into an empty folder only, and leaves one that was there", arguments: [true, false])
    func target(isEmpty: Bool) async throws {
        try FileManager.default.createDirectory(atPath: scratch("target").string, withIntermediateDirectories: false)
        if !isEmpty { try scratch.put([1], at: "target/mine") }
        let error = await #expect(throws: ArchiveError.self) {
            try await extract(isEmpty ? zip([("../a", "1", 0)]) : zip([("a", "1", 0)]))
        }
        #expect(error?.kind == (isEmpty ? .unsafe : .failed))
        let left = try FileManager.default.contentsOfDirectory(atPath: scratch("target").string)
        #expect(left == (isEmpty ? [] : ["mine"]))
    }

    @Test("stops when the task is cancelled, and leaves nothing")
    func cancellation() async throws {
        let source = try scratch.put(sample(3 << 20, noise: true), at: "s.db")
        try await _ = CompressedFile.compress(at: source, to: scratch("s.db.gz"), compression: .gzip)
        let task = Task {
            try await SafeExtraction.extract(scratch("s.db.gz"), into: scratch("target")) { _ in
                withUnsafeCurrentTask { $0?.cancel() }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try scratch.entries == ["s.db", "s.db.gz"])
    }
}
