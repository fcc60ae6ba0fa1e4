import DatabasePluginTesting
import Foundation
import SystemPackage
import Testing

/// A way to break the database of a trial.
enum Damage: String, CaseIterable {
    case garbagePage, zeroPages, cutOff, indexMismatch, brokenConstraint, notNull, badSchema

    func inflict(on trial: Trial) throws {
        switch self {
        case .garbagePage: try write(Data(repeating: 0xA5, count: 1_024), page: 30, of: trial)
        case .zeroPages:
            for page in 20...60 { try write(Data(count: 1_024), page: page, of: trial) }
        case .cutOff:
            try FileHandle(forWritingTo: URL(fileURLWithPath: trial.database.string)).truncate(atOffset: 40 * 1_024)
        case .indexMismatch:
            try trial.sql(
                """
                PRAGMA writable_schema=ON;
                UPDATE sqlite_schema SET sql = 'CREATE INDEX users_by_note ON users(org)' WHERE name = 'users_by_note'
                """)
        case .brokenConstraint:
            try trial.sql("PRAGMA ignore_check_constraints=ON; UPDATE users SET org = -1")
        case .notNull:
            try trial.sql(
                """
                PRAGMA writable_schema=ON;
                UPDATE sqlite_schema SET sql = replace(sql, 'note TEXT', 'note TEXT NOT NULL')
                """)
            try trial.sql("PRAGMA writable_schema=ON; PRAGMA user_version=1")
        case .badSchema:
            try trial.sql(
                "PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = 'CREATE NONSENSE' WHERE name = 'users'")
        }
    }

    /// What a plain connection's own check says, a finding a line.
    func expected(in trial: Trial) -> [String] {
        do {
            let rows = try trial.lines("PRAGMA integrity_check(500)")
            return rows.flatMap { $0.split(separator: "\n") }.map(String.init).filter { !$0.hasPrefix("***") }
        } catch {
            return ["\(error)"]
        }
    }

    private func write(_ bytes: Data, page: Int, of trial: Trial) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: trial.database.string))
        try file.seek(toOffset: UInt64((page - 1) * 1_024))
        try file.write(contentsOf: bytes)
        try file.close()
    }
}

extension Trial {
    /// Makes 20 organisations and 1,000 users in pages of 1 KiB, with an index, a foreign key and a constraint.
    func makeShop(journal: String = "wal") throws {
        try sql(
            """
            PRAGMA page_size=1024; PRAGMA journal_mode=\(journal);
            CREATE TABLE orgs(id INTEGER PRIMARY KEY);
            CREATE TABLE users(id INTEGER PRIMARY KEY, org INTEGER REFERENCES orgs(id) CHECK(org > 0), note TEXT);
            CREATE INDEX users_by_note ON users(note);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
            INSERT INTO orgs SELECT i FROM n;
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
            INSERT INTO users SELECT i + 1, i % 20 + 1, iif(i % 100 = 0, NULL, hex(randomblob(60))) FROM n
            """)
    }
}
