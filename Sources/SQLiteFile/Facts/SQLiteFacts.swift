package import Digests
import DurableFiles
import Foundation
import GRDBSQLite

/// What a database says of itself, and the size of its files, at one instant.
package struct SQLiteFacts: Hashable, Codable, Sendable {
    /// In bytes.
    package let pageSize: Int
    /// In the snapshot, whether in the main file or in the WAL.
    package let pageCount: Int
    /// Pages that hold nothing and that VACUUM would give back.
    package let freePages: Int
    /// As SQLite names it: `wal`, `delete`, `truncate`, `persist`, ...
    package let journalMode: String
    /// `UTF-8`, `UTF-16le` or `UTF-16be`.
    package let encoding: String
    /// `PRAGMA user_version`, where services keep the number of their last migration.
    package let userVersion: Int
    /// `PRAGMA application_id`.
    package let applicationID: Int
    /// Counts changes of the schema, and VACUUM too: ``schemaHash`` is what to compare.
    package let schemaVersion: Int
    /// SHA-256 over type, name, table and SQL of every object of the schema, ordered by type and name; without the
    /// tables that ANALYZE makes, and without root pages, so that it survives ANALYZE, VACUUM and a reload of a dump.
    package let schemaHash: SHA256Digest
    /// The size of the main file on disk in bytes.
    package let fileBytes: Int64
    /// The size of the `-wal` file on disk in bytes, checkpointed content included; 0 if there is none.
    package let walBytes: Int64
    /// The library that read the file; that of the service may be another.
    package let sqliteVersion: SQLiteVersion

    /// See ``SQLiteVersion/hasWALResetBug``; it matters to WAL databases alone.
    package var hasWALResetBug: Bool { sqliteVersion.hasWALResetBug }
    /// The size of the database in bytes, whether it is in the main file or in the WAL.
    package var databaseBytes: Int64 { Int64(pageSize) * Int64(pageCount) }
    /// The bytes on the free list.
    package var freeBytes: Int64 { Int64(pageSize) * Int64(freePages) }
}

extension SQLiteConnection {
    /// Facts of the database at one instant; inside ``withSnapshot(_:)`` at the snapshot's.
    ///
    /// - Throws: ``SQLiteFileError``.
    package func facts() throws -> SQLiteFacts {
        try withSnapshot {
            func number(_ pragma: String) throws -> Int {
                Int(try integer("PRAGMA \(pragma)", during: "read \(pragma)"))
            }
            return SQLiteFacts(
                pageSize: try number("page_size"),
                pageCount: try number("page_count"),
                freePages: try number("freelist_count"),
                journalMode: try text("PRAGMA journal_mode", during: "read the journal mode"),
                encoding: try text("PRAGMA encoding", during: "read the encoding"),
                userVersion: try number("user_version"),
                applicationID: try number("application_id"),
                schemaVersion: try number("schema_version"),
                schemaHash: try schemaHash(),
                fileBytes: fileSize(resolvedPath) ?? 0,
                walBytes: walBytes,
                sqliteVersion: .linked)
        }
    }

    /// The size of the WAL on disk, 0 if there is none.
    var walBytes: Int64 { fileSize(resolvedPath.sidecar("-wal")) ?? 0 }

    /// What changes with every commit in WAL mode.
    var walStamp: WALStamp {
        let facts = try? FileFacts.of(resolvedPath.sidecar("-wal"), followingLinks: true)
        return WALStamp(bytes: Int64(facts?.size ?? 0), modified: facts?.modified)
    }

    private func schemaHash() throws -> SHA256Digest {
        let sql = """
            SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'
            ORDER BY type, name, tbl_name
            """
        let statement = try Statement(sql, on: self, during: "read the schema")
        return try rowHash(of: statement, header: ["type", "name", "tbl_name", "sql"]).sha256
    }
}

/// The size of a WAL and when it was written last.
struct WALStamp: Hashable {
    let bytes: Int64
    let modified: Date?
}
