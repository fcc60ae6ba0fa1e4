import DurableFiles
import Foundation
import SystemPackage
import Testing

/// One row of the corpus of damaged databases.
struct DamagedDatabase: Decodable, Sendable, CustomTestStringConvertible {
    struct Saved: Decodable, Sendable {
        let usersIntact: Int?
    }

    let id: String
    let name: String
    let folder: String
    let files: [String: String]
    let verdict: String
    let recover: Saved
    let dump: Saved

    var testDescription: String { "\(id) \(name)" }
    /// What the shell saves at best.
    var intact: Int { max(recover.usersIntact ?? 0, dump.usersIntact ?? 0) }

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
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["tar", "-xJf", archive, "-C", scratch.folder.string, "--wildcards", "*\(folder)/*"]
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        let found = FileManager.default.enumerator(atPath: scratch.folder.string)?.compactMap { $0 as? String } ?? []
        return scratch.folder.pushing(FilePath(try #require(found.first { $0.hasSuffix("\(folder)/app.db") })))
    }
}

/// The rows of `users` as the corpus was made with them.
enum OriginalUsers {
    private static let first = [
        "Ada", "Bea", "Cem", "Dina", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jun", "Kai", "Lea", "Mia", "Noa", "Odo",
        "Pia", "Qi", "Rui", "Sam", "Tea", "Uma", "Vic", "Wim", "Xia", "Yas", "Zoe",
    ]
    private static let last = [
        "Abel", "Brun", "Cruz", "Diaz", "Eck", "Font", "Graf", "Haas", "Ito", "Jung", "Kim", "Lund", "Mora", "Nagy",
        "Oka", "Paz", "Roth", "Sato", "Toth", "Ueda", "Vega", "Wolf",
    ]

    /// Row `id` in the words of `quote()`.
    static func row(_ id: Int) -> String {
        let (first, last) = (first[id * 7 % first.count], last[id * 13 % last.count])
        var note = "NULL"
        if id % 3 == 0 { note = "'note \(id) " + String(repeating: "lorem ipsum ", count: id % 5) + "'" }
        if id % 100 == 50 { note = "'long note \(id) " + String(repeating: "x", count: 3_000) + "'" }
        let address = "\(first.lowercased()).\(last.lowercased())\(id)@example.org"
        return "\(id)|'\(address)'|'\(first) \(last)'|\(id % 20 + 1)|\(18 + id % 70)|\(note)"
    }

    static let all = Set((1...1_200).map(row))

    /// How many rows of a database are as they were; none if there is no such table.
    static func intact(in path: FilePath) throws -> Int {
        let connection = try Connection(path)
        guard try connection.text("SELECT count(*) FROM sqlite_schema WHERE name = 'users'") == "1" else { return 0 }
        return try connection.rows("id,email,name,org_id,age,note", of: "users").count { all.contains($0) }
    }
}
