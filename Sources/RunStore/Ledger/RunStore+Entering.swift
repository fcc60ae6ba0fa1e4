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
    ///   - isWanted: asked now and then; once it is false nothing is entered. Years of firings take a while, and a
    ///     daemon that is told to end must not go on with them.
    ///   - due: what is to be entered of a schedule; rows that are there already are left as they are.
    /// - Returns: the rows that are new, and where each schedule stands now; nil where it was no longer wanted.
    /// - Throws: ``RunStoreError``; nothing is entered then.
    package func enterDue(
        _ schedules: [WatchedSchedule], now: Date, by claimer: String, while isWanted: () -> Bool = { true },
        due: (WatchedSchedule, ScheduleCursor) -> LedgerEntry
    ) throws(RunStoreError) -> (entered: [FiringRecord], cursors: [String: ScheduleCursor])? {
        try attempt("enter firings in the ledger") {
            var changes: (entered: [FiringRecord], cursors: [String: ScheduleCursor])? = ([], [:])
            try pool.writeInTransaction { database in
                for schedule in schedules {
                    var cursor = try Self.cursor(of: schedule, now: now, database)
                    let entry = due(schedule, cursor)
                    guard let entered = try Self.enter(entry.firings, now, claimer, isWanted, database) else {
                        changes = nil
                        return .rollback
                    }
                    if entry.enteredUntil != cursor.enteredUntil {
                        try Self.setEnteredUntil(entry.enteredUntil, of: schedule.checklist, database)
                        cursor.enteredUntil = entry.enteredUntil
                    }
                    cursor.enteredAhead.formUnion(entry.firings.lazy.map(\.nominalTime))
                    cursor.enteredAhead = cursor.enteredAhead.filter { $0 > entry.enteredUntil }
                    changes?.cursors[schedule.checklist] = cursor
                    changes?.entered += entered
                }
                return .commit
            }
            return changes
        }
    }

    /// How many rows are entered before it is asked whether that is still wanted.
    private static let stride = 1024

    /// - Returns: the rows that are new; nil where it is no longer wanted.
    private static func enter(
        _ firings: [FiringRecord], _ now: Date, _ claimer: String, _ isWanted: () -> Bool, _ database: Database
    ) throws -> [FiringRecord]? {
        let insert = try database.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO firing
                (checklist, nominal_time, state, reason, run, claimed_at, claimed_by) VALUES (?, ?, ?, ?, ?, ?, ?)
                """)
        var entered: [FiringRecord] = []
        for (index, firing) in firings.enumerated() {
            if index % stride == 0, !isWanted() { return nil }
            try insert.execute(arguments: [
                firing.checklist, StoredInstant.encode(firing.nominalTime), firing.state.rawValue, firing.reason,
                firing.run?.rawValue, StoredInstant.encode(now), claimer,
            ])
            if database.changesCount == 1 { entered.append(firing) }
        }
        return entered
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
