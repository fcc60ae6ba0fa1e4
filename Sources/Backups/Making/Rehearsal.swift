package import Foundation
import Maintenance
package import SQLiteFile

/// What a backup would be if it were made now.
package struct Rehearsal: Hashable, Sendable {
    package let instant: Date
    /// As in `test_20251216_020000.db.gz`.
    package let fileName: String
    /// As in `202512`.
    package let month: String
    package let facts: SQLiteFacts
}

extension BackupMaker {
    /// Looks whether a backup could be made, and changes nothing.
    ///
    /// - Throws: the same errors as ``make()`` for folders, the database and room.
    package func rehearse() throws -> Rehearsal {
        try checkBeforehand()
        let connection = try SQLiteFile(path: request.source)
            .open(busyTimeout: request.busyTimeout, deadline: request.deadline)
        defer { connection.close() }
        let facts = try connection.facts()
        try checkRoom(for: Int(facts.databaseBytes))
        let instant = now()
        let name = SetName(stem: request.identity.stem, instant: instant, timeZone: request.timeZone)
        return Rehearsal(
            instant: instant, fileName: "\(name)\(dataEnding)",
            month: SQLExport.month(of: instant, in: request.timeZone), facts: facts)
    }
}
