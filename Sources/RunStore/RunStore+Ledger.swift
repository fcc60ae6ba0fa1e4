package import Foundation
import GRDB
package import Maintenance

extension RunStore {
    /// Enters the firings of a schedule that are due in the ledger, each claimed to be run or with the reason why not.
    ///
    /// Looking which are open and entering them is one step: what another process enters or gives back comes before
    /// or after it.
    ///
    /// - Parameters:
    ///   - checklist: whose schedule it is.
    ///   - cron: the schedule as ``openSince(checklist:cron:now:)`` knows it.
    ///   - now: the newest nominal time that may be due.
    ///   - claimer: the presence of this process; see ``settleAbandoned(checklist:isAlive:)``.
    ///   - due: the rows of the firings that are due after an instant.
    /// - Returns: those that were not in the ledger yet; for the others, whoever put them there answers.
    /// - Throws: ``RunStoreError``; nothing is entered then.
    package func enterDue(
        checklist: String, cron: String, now: Date, by claimer: String, due: (Date) -> [FiringRecord]
    ) throws(RunStoreError) -> [FiringRecord] {
        try write("enter firings in the ledger") { database in
            let insert = try database.makeStatement(
                sql: """
                    INSERT OR IGNORE INTO firing
                    (checklist, nominal_time, state, reason, run, claimed_at, claimed_by) VALUES (?, ?, ?, ?, ?, ?, ?)
                    """)
            let since = try Self.openSince(checklist: checklist, cron: cron, now: now, database)
            return try due(since).filter { firing in
                try insert.execute(arguments: [
                    firing.checklist, StoredInstant.encode(firing.nominalTime), firing.state.rawValue, firing.reason,
                    firing.run?.rawValue, StoredInstant.encode(now), claimer,
                ])
                return database.changesCount == 1
            }
        }
    }

    /// Settles the firings of a checklist that were claimed and whose claimer is gone.
    ///
    /// One whose run has ended is settled by it. One whose run has not ended is left to
    /// ``settleFiring(of:)``. One that has no run was never begun: it is given back where it can be, else
    /// missed.
    ///
    /// - Parameters:
    ///   - checklist: whose firings are meant.
    ///   - isAlive: whether the process with a presence of this name still runs.
    /// - Returns: what was settled, and in state `running` what was given back.
    /// - Throws: ``RunStoreError``.
    package func settleAbandoned(
        checklist: String, isAlive: (String) -> Bool
    ) throws(RunStoreError) -> [FiringRecord] {
        try write("settle abandoned firings") { database in
            // The newest first: only a firing with none after it can be given back.
            let claims = try Row.fetchAll(
                database, sql: "SELECT * FROM firing WHERE checklist = ? AND state = ? ORDER BY nominal_time DESC",
                arguments: [checklist, FiringState.running.rawValue])
            var settled: [FiringRecord] = []
            for row in claims {
                let claimer: String? = row["claimed_by"]
                guard claimer.map(isAlive) != true, var firing = Self.firing(row) else { continue }
                if let run = try Self.run(answering: firing, database) {
                    guard run.hasEnded else { continue }
                    firing.state = run.state
                    firing.run = run.identifier
                } else if try Self.giveBack(firing, database) {
                    settled.append(firing)
                    continue
                } else {
                    firing.state = .missed
                    firing.reason = "the daemon that claimed it ended before its run began"
                }
                try Self.settle(firing, database)
                settled.append(firing)
            }
            return settled
        }
    }

    /// Takes back a claim that was not begun, so that the firing is open again for whoever comes next.
    ///
    /// - Returns: false where a later firing is in the ledger already: then this one must be settled.
    package func giveBack(_ firing: FiringRecord) throws(RunStoreError) -> Bool {
        try write("give a firing back") { database in try Self.giveBack(firing, database) }
    }

    private static func giveBack(_ firing: FiringRecord, _ database: Database) throws -> Bool {
        try database.execute(
            sql: """
                DELETE FROM firing WHERE checklist = ?1 AND nominal_time = ?2 AND state = ?3
                AND NOT EXISTS (SELECT 1 FROM firing WHERE checklist = ?1 AND nominal_time > ?2)
                """,
            arguments: [
                firing.checklist, StoredInstant.encode(firing.nominalTime), FiringState.running.rawValue,
            ])
        return database.changesCount == 1
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

    /// Says what became of a firing that this process claimed.
    package func settle(_ firing: FiringRecord) throws(RunStoreError) {
        try write("settle a firing") { database in try Self.settle(firing, database) }
    }

    private static func settle(_ firing: FiringRecord, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE firing SET state = ?, reason = ?, run = ? WHERE checklist = ? AND nominal_time = ?",
            arguments: [
                firing.state.rawValue, firing.reason, firing.run?.rawValue, firing.checklist,
                StoredInstant.encode(firing.nominalTime),
            ])
    }

    /// Says what became of the firing that a run answered whose process was killed; a run by hand answers none.
    package func settleFiring(of report: RunReport) throws(RunStoreError) {
        guard let nominalTime = report.nominalTime, report.trigger != .manual else { return }
        try settle(
            FiringRecord(
                checklist: report.checklist, nominalTime: nominalTime, state: report.trigger == .late ? .late : .ran,
                reason: report.interruption, run: report.run))
    }

    /// The ledger between two instants: the newest rows, up to a number, in the order of nominal times.
    ///
    /// - Parameters:
    ///   - checklist: whose firings; nil for all.
    ///   - state: only those of one state; nil for all.
    ///   - from: the first instant that is meant.
    ///   - until: the first instant that is meant no more.
    ///   - limit: how many rows.
    /// - Returns: the rows.
    /// - Throws: ``RunStoreError``.
    package func firings(
        checklist: String? = nil, state: FiringState? = nil, from: Date? = nil, until: Date? = nil,
        limit: Int = 100_000
    ) throws(RunStoreError) -> [FiringRecord] {
        let (filter, arguments) = Self.filter(checklist, state, from, until)
        return try read("read the ledger") { database in
            try Row.fetchAll(
                database,
                sql: "SELECT * FROM firing WHERE \(filter) ORDER BY nominal_time DESC, checklist DESC LIMIT ?",
                arguments: arguments + [limit]
            ).compactMap(Self.firing).reversed()
        }
    }

    /// How many rows of each state the ledger has; parameters as in ``firings(checklist:state:from:until:limit:)``.
    package func firingCounts(
        checklist: String? = nil, from: Date? = nil, until: Date? = nil
    ) throws(RunStoreError) -> [FiringState: Int] {
        let (filter, arguments) = Self.filter(checklist, nil, from, until)
        return try read("count the ledger") { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT state, count(*) AS rows FROM firing WHERE \(filter) GROUP BY state",
                arguments: arguments)
            return rows.reduce(into: [:]) { counts, row in
                if let state = FiringState(rawValue: row["state"]) { counts[state] = row["rows"] }
            }
        }
    }

    /// Only the conditions that are wanted: then SQLite finds the index for them.
    private static func filter(
        _ checklist: String?, _ state: FiringState?, _ from: Date?, _ until: Date?
    ) -> (sql: String, StatementArguments) {
        var conditions = ["nominal_time >= ?", "nominal_time < ?"]
        var arguments: StatementArguments = [
            from.map(StoredInstant.encode) ?? Int64.min, until.map(StoredInstant.encode) ?? Int64.max,
        ]
        if let checklist {
            conditions.append("checklist = ?")
            arguments += [checklist]
        }
        if let state {
            conditions.append("state = ?")
            arguments += [state.rawValue]
        }
        return (conditions.joined(separator: " AND "), arguments)
    }

    /// The instant after which the firings of a schedule are still open: its newest row, or since when it is watched.
    ///
    /// A checklist seen for the first time, or with another expression than before, is watched from `now` on: what was
    /// due earlier was never called for. Rows later than `now` were written under a clock that was ahead, and hide
    /// nothing: their firings are known, those before them still come.
    package func openSince(checklist: String, cron: String, now: Date) throws(RunStoreError) -> Date {
        try write("watch a schedule") { database in
            try Self.openSince(checklist: checklist, cron: cron, now: now, database)
        }
    }

    private static func openSince(checklist: String, cron: String, now: Date, _ database: Database) throws -> Date {
        let known = try Row.fetchOne(
            database, sql: "SELECT cron, watched_since FROM schedule WHERE checklist = ?", arguments: [checklist])
        let since: Int64? = known?["watched_since"]
        guard let since, known?["cron"] == cron else {
            try database.execute(
                sql: "INSERT OR REPLACE INTO schedule (checklist, cron, watched_since) VALUES (?, ?, ?)",
                arguments: [checklist, cron, StoredInstant.encode(now)])
            return now
        }
        let newest = try Int64.fetchOne(
            database, sql: "SELECT max(nominal_time) FROM firing WHERE checklist = ? AND nominal_time <= ?",
            arguments: [checklist, StoredInstant.encode(now)])
        return StoredInstant.decode(min(max(newest ?? since, since), StoredInstant.encode(now)))
    }

    private static func firing(_ row: Row) -> FiringRecord? {
        guard let state = FiringState(rawValue: row["state"]) else { return nil }
        let run: String? = row["run"]
        return FiringRecord(
            checklist: row["checklist"], nominalTime: StoredInstant.decode(row["nominal_time"]), state: state,
            reason: row["reason"], run: run.flatMap(RunIdentifier.init(rawValue:)))
    }
}
