import Foundation
package import PluginKit
import SystemPackage

/// Damage that SQLite does not notice as long as nobody asks it to check.
package enum SilentDamage: String, CaseIterable {
    /// The header has another number of free pages than the list.
    case freeList
    /// An index has other values than its rows; the quick check passes over that.
    case index

    /// Inflicts it on a database with a rollback journal, to which this process has no connection.
    package func inflict(on trial: PluginTrial<some TaskPlugin>) throws {
        switch self {
        case .freeList:
            // Bytes 36 to 39, big-endian (sqlite.org/fileformat2.html, 1.3).
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: trial.database.string))
            try file.seek(toOffset: 36)
            try file.write(contentsOf: Data([0, 0, 0, 77]))
            try file.close()
        case .index:
            try trial.sql(
                """
                CREATE TABLE pairs(a, b); CREATE INDEX by_a ON pairs(a); INSERT INTO pairs VALUES (1, 2), (3, 4);
                PRAGMA writable_schema=ON;
                UPDATE sqlite_schema SET sql = 'CREATE INDEX by_a ON pairs(b)' WHERE name = 'by_a'
                """)
        }
    }
}
