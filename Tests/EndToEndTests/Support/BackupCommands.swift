import Foundation
import GRDB
import Glibc
import Testing

/// What a database holds: every row of `users`, and what SQLite says of the file.
struct Contents: Hashable, Sendable, CustomStringConvertible {
    let rows: Int
    /// Of all rows in their order.
    let hash: Int
    let check: [String]

    var description: String { "\(rows) rows (\(hash)), \(check.joined(separator: "; "))" }
}

/// A set as `backups list --json` tells of it, with what these tests ask for.
struct ListedSet: Decodable, Sendable {
    struct Retention: Decodable, Sendable {
        let keep: Bool
        let reason: String
    }

    let set: String
    let folder: String
    let files: [String]
    let counts: Bool
    let whyNot: String?
    let encryption: String?
    let rows: Int
    let retention: Retention?

    enum CodingKeys: String, CodingKey {
        case set, folder, files, counts, encryption, rows, retention
        case whyNot = "why_not"
    }
}

/// `backups list --json`.
struct Listing: Decodable, Sendable {
    let sets: [ListedSet]
    let problems: [String]
    let quarantined: [String]
    let hold: String?
}

extension TestInstance {
    /// Reads all of a database with SQLite, and checks it.
    func contents(at path: String) throws -> Contents {
        try #require(FileManager.default.fileExists(atPath: path), "\(path) is not there")
        let database = try DatabaseQueue(path: path)
        return try database.read { database in
            let rows = try Row.fetchAll(database, sql: "SELECT id, name, email, created_at FROM users ORDER BY id")
            let text = rows.map { "\($0)" }.joined(separator: "\n")
            return Contents(
                rows: rows.count, hash: text.hashValue,
                check: try String.fetchAll(database, sql: "PRAGMA integrity_check"))
        }
    }

    var live: Contents { get throws { try contents(at: database) } }

    /// Changes the live database as a service would, and closes it again.
    func change(_ sql: String = "UPDATE users SET name = name || ' changed'") throws {
        try DatabaseQueue(path: database).write { try $0.execute(sql: sql) }
    }

    /// The same contents as they would be found after a power cut: of the files as they lie there.
    func contentsOfCopy(of folder: String = "api") throws -> Contents {
        let copy = "\(self.folder)/copy-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: copy) }  // the instance goes as a whole
        for name in names(in: folder) where name.hasPrefix("test.db") && !name.hasSuffix("-shm") {
            try FileManager.default.copyItem(atPath: "\(self.folder)/\(folder)/\(name)", toPath: "\(copy)/\(name)")
        }
        return try contents(at: copy + "/test.db")
    }

    func shell(_ script: String) async throws {
        let ending = try await Program("/bin/sh", ["-ec", script], in: folder).wait()
        guard ending.status == 0 else { throw SetupFailure(reason: "\(script): \(ending)") }
    }

    /// A command of `ronde` that has to end with this status.
    @discardableResult
    func demand(
        _ arguments: String..., status: Int32 = 0, at location: SourceLocation = #_sourceLocation
    ) async throws -> Program.Ending {
        let ending = try await start(arguments).wait()
        #expect(ending.status == status, "\(arguments): \(ending)", sourceLocation: location)
        return ending
    }

    /// The same for what prints one object in JSON.
    func object(
        _ arguments: String..., status: Int32 = 0, at location: SourceLocation = #_sourceLocation
    ) async throws -> [String: Any] {
        let ending = try await start(arguments).wait()
        #expect(ending.status == status, "\(arguments): \(ending)", sourceLocation: location)
        return try #require(
            try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [String: Any],
            sourceLocation: location)
    }

    func listing() async throws -> Listing {
        let ending = try await demand("backups", "list", "--json")
        return try JSONDecoder().decode(Listing.self, from: Data(ending.output.utf8))
    }

    /// Makes a set and tells its name.
    func backUp(tier: String = "daily") async throws -> String {
        let before = Set(try await listing().sets.map(\.set))
        try await demand("plugins", "run", "backup", "--with", "tier=\(tier)")
        let new = try await listing().sets.filter { !before.contains($0.set) }
        return try #require(new.first).set
    }

    /// Overwrites pages in the middle of a file.
    func damage(_ path: String, at offset: UInt64, _ count: Int = 2000) throws {
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data(repeating: 0xA5, count: count))
        try file.close()
    }

    /// Turns one bit of the middle byte of a file.
    func flipBit(of path: String) throws {
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count / 2] ^= 0x10
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.write(contentsOf: bytes)
        try file.close()
    }

    /// Files of a folder as another tool would have left them: one for each of so many days of January.
    func makeOldBackups(days: Int, in name: String = "old") async throws {
        try await shell(
            """
            mkdir \(name)
            sqlite3 api/test.db ".backup \(name)/copy"
            gzip \(name)/copy
            for day in $(seq -f %02g 1 \(days)); do cp \(name)/copy.gz "\(name)/test_202601$day.db.gz"; done
            rm \(name)/copy.gz
            """)
    }

    /// Ends what was started for this instance, and removes it.
    func end() {
        for _ in 0..<2 { for pid in workers() { kill(pid, SIGKILL) } }
        remove()
    }

    /// Every process whose working folder is the instance's.
    private func workers() -> [pid_t] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { name in
            guard let pid = pid_t(name) else { return nil }
            let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")
            return place == folder || place?.hasPrefix(folder + "/") == true ? pid : nil
        }
    }
}

/// How often killing is tried: few times in an ordinary test run, many with `Scripts/test --long`.
enum Rounds {
    static let isLong = ProcessInfo.processInfo.environment["RONDE_LONG_TESTS"] != nil
    static let kills = isLong ? 200 : 8
}
