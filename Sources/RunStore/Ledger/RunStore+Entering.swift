package import Foundation
import GRDB
package import Maintenance

extension RunStore {
    /// Enters the due firings of many schedules in the ledger, in one transaction.
    ///
    /// Looking which are open and entering them is one step: what another process enters or gives back comes before
    /// or after it. What is returned was entered by this call; for a firing that has its row already, whoever put it
    /// there answers.
    ///
    /// - Parameters:
    ///   - schedules: whose firings may be due.
    ///   - now: the time.
    ///   - claimer: the presence of this process; see ``tend(_:now:isAlive:)``.
    ///   - due: what is to be entered of a schedule; rows that are there already are left as they are.
    /// - Returns: the rows that are new, and where each schedule stands now.
    /// - Throws: ``RunStoreError``; nothing is entered then.
    package func enterDue(
        _ schedules: [WatchedSchedule], now: Date, by claimer: String,
        due: (WatchedSchedule, ScheduleCursor) -> LedgerEntry
    ) throws(RunStoreError) -> (entered: [FiringRecord], cursors: [String: ScheduleCursor]) {
        try write("enter firings in the ledger") { database in
            let insert = try database.makeStatement(
                sql: """
                    INSERT OR IGNORE INTO firing
                    (checklist, nominal_time, state, reason, run, claimed_at, claimed_by) VALUES (?, ?, ?, ?, ?, ?, ?)
                    """)
            var entered: [FiringRecord] = []
            var cursors: [String: ScheduleCursor] = [:]
            for schedule in schedules {
                var cursor = try Self.cursor(of: schedule, now: now, database)
                let entry = due(schedule, cursor)
                for firing in entry.firings {
                    try insert.execute(arguments: [
                        firing.checklist, StoredInstant.encode(firing.nominalTime), firing.state.rawValue,
                        firing.reason, firing.run?.rawValue, StoredInstant.encode(now), claimer,
                    ])
                    if database.changesCount == 1 { entered.append(firing) }
                    cursor.enteredAhead.insert(firing.nominalTime)
                }
                if entry.enteredUntil != cursor.enteredUntil {
                    try Self.setEnteredUntil(entry.enteredUntil, of: schedule.checklist, database)
                    cursor.enteredUntil = entry.enteredUntil
                }
                cursor.enteredAhead = cursor.enteredAhead.filter { $0 > entry.enteredUntil }
                cursors[schedule.checklist] = cursor
            }
            return (entered, cursors)
        }
    }

    /// Where a schedule stands; one that is new, or not the one that it was, is watched from now on.
    ///
    /// What was due before a schedule is watched was never called for. Under a clock that was set back its firings are
    /// open from there on: those that were entered have their row.
    static func cursor(of schedule: WatchedSchedule, now: Date, _ database: Database) throws -> ScheduleCursor {
        // Ten thousand schedules ask the same: each statement is parsed once.
        let stored = try database.cachedStatement(
            sql: "SELECT cron, watched_since, entered_until FROM schedule WHERE checklist = ?")
        let row = try Row.fetchOne(stored, arguments: [schedule.checklist])
        let nominalNow = StoredInstant.encode(now.addingTimeInterval(-schedule.delay))
        guard let row, row["cron"] == schedule.rule else {
            try database.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO schedule (checklist, cron, watched_since, entered_until)
                    VALUES (?1, ?2, ?3, ?3)
                    """
            ).execute(arguments: [schedule.checklist, schedule.rule, nominalNow])
            return ScheduleCursor(
                enteredUntil: StoredInstant.decode(nominalNow),
                enteredAhead: try entered(schedule.checklist, after: nominalNow, database))
        }
        let watchedSince: Int64 = row["watched_since"]
        let known: Int64? = row["entered_until"]
        var enteredUntil = min(known ?? watchedSince, nominalNow)
        // The clock was before that time, wrongly: nothing of the years between was called for.
        if enteredUntil < watchedSince, watchedSince <= nominalNow { enteredUntil = watchedSince }
        if enteredUntil != known {
            try setEnteredUntil(StoredInstant.decode(enteredUntil), of: schedule.checklist, database)
        }
        return ScheduleCursor(
            enteredUntil: StoredInstant.decode(enteredUntil),
            enteredAhead: try entered(schedule.checklist, after: enteredUntil, database))
    }

    private static func entered(_ checklist: String, after instant: Int64, _ database: Database) throws -> Set<Date> {
        let after = try database.cachedStatement(
            sql: "SELECT nominal_time FROM firing WHERE checklist = ? AND nominal_time > ?")
        let times = try Int64.fetchCursor(after, arguments: [checklist, instant])
        var entered: Set<Date> = []
        while let time = try times.next() { entered.insert(StoredInstant.decode(time)) }
        return entered
    }

    static func setEnteredUntil(_ instant: Date, of checklist: String, _ database: Database) throws {
        try database.cachedStatement(sql: "UPDATE schedule SET entered_until = ? WHERE checklist = ?")
            .execute(arguments: [StoredInstant.encode(instant), checklist])
    }
}
