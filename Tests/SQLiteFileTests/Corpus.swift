import Digests
import DurableFiles
import Foundation
import SQLiteFile
import SystemPackage
import Testing

/// One row of the corpus of damaged databases.
struct DamagedDatabase: Decodable, Sendable, CustomTestStringConvertible {
    let id: String
    let name: String
    let folder: String
    let files: [String: String]
    let verdict: String
    let alsoAccept: [String]?
    let countUsers: Int?

    var testDescription: String { "\(id) \(name)" }
    var accepted: [String] { [verdict] + (alsoAccept ?? []) }

    static let all: [DamagedDatabase] = {
        do {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            let file = try #require(Bundle.module.url(forResource: "Corpus/databases", withExtension: "jsonl"))
            return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
                try decoder.decode(DamagedDatabase.self, from: Data($0.utf8))
            }
        } catch {
            Issue.record(error)
            return []
        }
    }()

    /// Unpacks this row's files and returns the database's path.
    func unpack(into scratch: Scratch) throws -> FilePath {
        let archive = try #require(Bundle.module.path(forResource: "Corpus/databases.tar", ofType: "xz"))
        let status = try runProgram(
            "tar", ["-xJf", archive, "-C", scratch.folder.string, "--wildcards", "*\(folder)/*"])
        try #require(status.status == 0)
        let found = FileManager.default.enumerator(atPath: scratch.folder.string)?.compactMap { $0 as? String } ?? []
        let path = try #require(found.first { $0.hasSuffix("\(folder)/app.db") })
        return scratch.folder.pushing(FilePath(path))
    }
}

/// The SHA-256 of every file in a folder but the `-shm`, while no connection to them is open.
func hashes(of folder: FilePath) throws -> [String: String] {
    var found: [String: String] = [:]
    for name in try Folder.entries(of: folder) where !name.hasSuffix("-shm") {
        let bytes = try DurableFile.read(folder.appending(name), limit: 1 << 30)
        found[name] = try SHA256Digest(of: bytes).hex
    }
    return found
}
