import GRDBSQLite

/// The SQLite library that this process uses.
package struct SQLiteVersion: Hashable, Codable, Sendable, CustomStringConvertible {
    /// As `sqlite3_libversion_number` gives it: 3_040_001 is 3.40.1.
    package let number: Int

    /// A version by its number.
    package init(number: Int) { self.number = number }

    /// The library linked into this process.
    package static var linked: SQLiteVersion { SQLiteVersion(number: Int(sqlite3_libversion_number())) }

    /// As in `3.40.1`.
    package var description: String { "\(number / 1_000_000).\(number / 1_000 % 1_000).\(number % 1_000)" }

    /// Whether two connections that checkpoint and commit at the same moment can lose pages of a WAL database.
    ///
    /// Versions 3.7.0 to 3.51.2, but for the releases 3.44.6 and 3.50.7 that brought the repair back
    /// (sqlite.org/wal.html#walresetbug). A distribution may have mended its own build; the number cannot tell.
    package var hasWALResetBug: Bool {
        switch number {
        case 3_044_006..<3_045_000, 3_050_007..<3_051_000: false
        default: (3_007_000...3_051_002).contains(number)
        }
    }
}
