package import Foundation
import GRDB
package import Maintenance

/// What was put right in the ledger, and where its schedules stand.
package struct LedgerTending: Sendable {
    /// By checklist.
    package var cursors: [String: ScheduleCursor] = [:]
    /// Claims of processes that are gone, as they were settled.
    package var settled: [FiringRecord] = []
    /// Claims of processes that are gone and had not begun: their firings are open again.
    package var reopened: [FiringRecord] = []
    /// Rows of firings that had not run when the clock was ahead: their time is still to come.
    package var retracted: [FiringRecord] = []
    /// Whether other processes have claims that have not ended: should one of them be killed, nothing will tell of it.
    package var hasOthersClaims = false
    /// Whether processes that are gone left runs without an end, for a runner to close.
    package var hasInterruptedRuns = false
}

extension RunStore {
    /// Puts right what killed processes and a clock that was ahead left in the ledger, and says where schedules stand.
    ///
    /// A claim of a process that is gone is settled by its run where that has ended. One whose run was killed is left to
    /// ``settleFiring(of:)``. One that has no run was never begun: it is open again.
    ///
    /// - Parameters:
    ///   - schedules: whose cursors are wanted; the ledger is put right for all.
    ///   - now: the time.
    ///   - claimer: the presence of this process.
    ///   - isAlive: whether the process with a presence of this name still runs.
    /// - Returns: what was put right, and the cursors.
    /// - Throws: ``RunStoreError``; nothing is changed then.
    package func tend(
        _ schedules: [WatchedSchedule], now: Date, by claimer: String, isAlive: (String) -> Bool
    ) throws(RunStoreError) -> LedgerTending {
        try write("put the ledger right") { database in
            var tending = LedgerTending()
            try Self.settleAbandoned(&tending, claimer, isAlive, database)
            try Self.retract(&tending, now, database)
            for schedule in schedules {
                tending.cursors[schedule.checklist] = try Self.cursor(of: schedule, now: now, database)
            }
            return tending
        }
    }

    /// A number that changes when another process writes to the store.
    package func foreignChanges() throws(RunStoreError) -> Int64 {
        try attempt("ask for changes") {
            try pool.writeWithoutTransaction { try Int64.fetchOne($0, sql: "PRAGMA data_version") ?? 0 }
        }
    }

    private static func settleAbandoned(
        _ tending: inout LedgerTending, _ own: String, _ isAlive: (String) -> Bool, _ database: Database
    ) throws {
        let claims = try Row.fetchAll(
            database, sql: "SELECT * FROM firing WHERE state = 'running' ORDER BY checklist, nominal_time")
        // Asked once for each process: the answer costs a look at its lock.
        var living: [String: Bool] = [:]
        for row in claims {
            let claimer: String? = row["claimed_by"]
            guard let claimer, claimer != own, var firing = firing(row) else { continue }
            if living[claimer] == nil { living[claimer] = isAlive(claimer) }
            guard living[claimer] == false else {
                tending.hasOthersClaims = true
                continue
            }
            guard let run = try run(answering: firing, database) else {
                try giveBack(firing, database)
                tending.reopened.append(firing)
                continue
            }
            guard run.hasEnded else {
                tending.hasInterruptedRuns = true
                continue
            }
            (firing.state, firing.run) = (run.state, run.identifier)
            try settle(firing, database)
            tending.settled.append(firing)
        }
    }

    /// Takes back the rows of firings to come that were entered when the clock was ahead of them; what ran stays.
    private static func retract(_ tending: inout LedgerTending, _ now: Date, _ database: Database) throws {
        // A firing that is run before its hour was claimed before it; those stay too.
        let condition = "nominal_time > ? AND claimed_at >= nominal_time AND state IN ('missed', 'merged', 'skipped')"
        let arguments: StatementArguments = [StoredInstant.encode(now)]
        let rows = try Row.fetchAll(
            database, sql: "SELECT * FROM firing WHERE \(condition) ORDER BY nominal_time, checklist",
            arguments: arguments)
        guard !rows.isEmpty else { return }
        try database.execute(sql: "DELETE FROM firing WHERE \(condition)", arguments: arguments)
        tending.retracted = rows.compactMap(firing)
    }

    private static func run(
        answering firing: FiringRecord, _ database: Database
    ) throws -> (identifier: RunIdentifier?, hasEnded: Bool, state: FiringState)? {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT id, trigger, ended_at FROM run WHERE checklist = ? AND nominal_time = ? AND trigger <> ?
                ORDER BY started_at DESC LIMIT 1
                """,
            arguments: [firing.checklist, StoredInstant.encode(firing.nominalTime), RunTrigger.manual.rawValue])
        guard let row else { return nil }
        let ended: Int64? = row["ended_at"]
        let isLate = row["trigger"] == RunTrigger.late.rawValue
        return (RunIdentifier(rawValue: row["id"]), ended != nil, isLate ? .late : .ran)
    }
}
