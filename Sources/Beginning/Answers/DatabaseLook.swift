import SQLiteFile
package import SystemPackage

/// What a first look at a service's database finds.
package struct DatabaseLook: Hashable, Sendable {
    /// How many tables hold rows, or could.
    package let tables: Int
    /// The size of the database in bytes.
    package let bytes: Int64
    /// Whether it has a write-ahead log, whose readers must be able to write beside the file.
    package let hasWAL: Bool

    /// Opens the file as SQLite does, and counts its tables.
    ///
    /// - Throws: `SQLiteFileError` for what is no database, is missing or cannot be read.
    package init(at path: FilePath) throws {
        let connection = try SQLiteFile(path: path).open()
        defer { connection.close() }
        let facts = try connection.facts()
        tables = try connection.exportTables().count { $0.kind == .table }
        bytes = facts.databaseBytes
        hasWAL = facts.journalMode == "wal"
    }
}
