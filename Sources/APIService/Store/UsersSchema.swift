import GRDB
import SystemPackage

/// The table `users` as the runbook's service has it.
enum UsersSchema {
    /// Makes the table where there is none, and looks at the one that is there.
    ///
    /// Plain SQL and no table of migrations: the file keeps the shape that other programs expect.
    /// - Throws: ``StoreError/foreignTable(path:detail:)``, or a `DatabaseError` of SQLite.
    static func prepare(_ db: Database, path: FilePath) throws {
        try db.inTransaction(.immediate) {
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS users (
                        id INTEGER PRIMARY KEY,
                        name TEXT NOT NULL,
                        email TEXT NOT NULL UNIQUE,
                        created_at TEXT NOT NULL
                    )
                    """)
            try check(db, path: path)
            return .commit
        }
    }

    /// Refuses a table without the columns that the service reads and writes, or whose `id` is not the row's number.
    private static func check(_ db: Database, path: FilePath) throws {
        let columns = try Row.fetchAll(db, sql: "SELECT name, type, pk FROM pragma_table_info('users')")
        let names = Set(columns.compactMap { ($0["name"] as String?)?.lowercased() })
        let missing = ["id", "name", "email", "created_at"].filter { !names.contains($0) }
        guard missing.isEmpty else {
            throw StoreError.foreignTable(
                path: path, detail: "has no column \(missing.joined(separator: ", "))")
        }
        let keys = columns.filter { ($0["pk"] as Int64?) != 0 }
        guard keys.count == 1, (keys[0]["name"] as String?)?.lowercased() == "id",
            (keys[0]["type"] as String?)?.uppercased() == "INTEGER"
        else {
            throw StoreError.foreignTable(path: path, detail: "has no 'id INTEGER PRIMARY KEY'")
        }
    }
}
