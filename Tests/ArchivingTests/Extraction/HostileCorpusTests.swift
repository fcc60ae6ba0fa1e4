import DurableFiles
import Foundation
import SystemPackage
import Testing

@testable import Archiving

/// A row of `Corpus/archives.jsonl`; the rules are those of the corpus.
struct CorpusRow: Decodable, Sendable, CustomTestStringConvertible {
    struct Content: Decodable, Sendable {
        let size: Int
        let sha256: String
    }

    struct Recipe: Decodable, Sendable {
        struct Entries: Decodable, Sendable {
            let count: Int
        }

        let entries: Entries?
        let deep: Int?
    }

    let id: String
    let name: String
    let file: String
    let expect: String
    let marker: String
    let preferred: String?
    let files: [String: Content]?
    let recipe: Recipe?

    var testDescription: String { "\(id) \(name)" }

    static var all: [CorpusRow] {
        get throws {
            let url = try #require(
                Bundle.module.url(forResource: "archives", withExtension: "jsonl", subdirectory: "Corpus"))
            return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
                try JSONDecoder().decode(CorpusRow.self, from: Data($0.utf8))
            }
        }
    }
}

@Suite("Extracting a hostile archive", .timeLimit(.minutes(2)))
struct HostileCorpusTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test("of the corpus does what is expected of it and touches nothing else", arguments: try CorpusRow.all)
    func row(_ row: CorpusRow) async throws {
        let archive = try archive(of: row)
        try scratch.put([7], at: "sentinel")
        let before = try scratch.entries
        do {
            _ = try await SafeExtraction.extract(archive, into: scratch("target"))
            #expect(row.expect != "reject" && row.preferred != "reject")
            for (name, content) in row.files ?? [:] {
                let bytes = try scratch.bytes(of: "target/" + name)
                #expect(bytes.count == content.size)
                #expect(
                    try Tool.output("sha256sum", scratch("target/" + name).string).starts(with: content.sha256.utf8))
            }
            try expectHarmless()
            #expect(try scratch.entries == (before + ["target"]).sorted())
        } catch let error as ArchiveError {
            #expect(row.expect != "accept" && error.kind != .failed, "\(error)")
            #expect(error.description.hasSuffix("; nothing was extracted"))
            let isPrintable = error.description.unicodeScalars.allSatisfy { !EntryName.isMisleading($0) }
            #expect(isPrintable)
            #expect(try scratch.entries == before)
        }
        #expect(try scratch.bytes(of: "sentinel") == [7])
        #expect(try FileFacts.of(scratch("sentinel"), followingLinks: false)?.linkCount == 1)
        #expect(!FileManager.default.fileExists(atPath: "/tmp/" + row.marker))
    }

    /// Nothing but files, folders and links is there, and no file has or gives rights that it must not.
    private func expectHarmless() throws {
        let all = try FileManager.default.subpathsOfDirectory(atPath: scratch("target").string)
        for name in all.prefix(1000) {
            let facts = try #require(try FileFacts.of(scratch("target/" + name), followingLinks: false))
            #expect(facts.kind != .other)
            if facts.kind != .symbolicLink { #expect(facts.permissions.rawValue & 0o7022 == 0) }
        }
    }

    /// The file of a row; the big ones are made here, smaller than they are in the corpus.
    private func archive(of row: CorpusRow) throws -> FilePath {
        guard let recipe = row.recipe else {
            return FilePath(try #require(Bundle.module.resourcePath)).appending("Corpus/files").appending(row.file)
        }
        let path = scratch(row.file)
        let file = try FileDescriptor.open(path, .writeOnly, options: .create, permissions: .ownerReadWrite)
        defer { try? file.close() }  // What matters is read back.
        var writer = try CompressedFileWriter.begin(.gzip, into: file, path: path)
        if let entries = recipe.entries {
            for index in 0..<(entries.count / 50) { try writer.write(Tar.entry("f\(index)", "")) }
            try writer.write(Tar.end)
        } else if let deep = recipe.deep {
            for level in 1...(deep / 5) {
                let name = String(repeating: "d/", count: level)
                try writer.write(Tar.longName(name) + Tar.header(String(name.prefix(99)), type: "5"))
            }
            try writer.write(Tar.end)
        } else {
            let zeros = [UInt8](repeating: 0, count: 1 << 20)
            for _ in 0..<96 { try writer.write(zeros) }
        }
        _ = try writer.finish()
        return path
    }
}
