package import Foundation
import GRDB
package import Maintenance

extension RunStore {
    /// Enters a firing in the ledger, claimed to be run or with the reason why it will not be.
    ///
    /// - Parameter claimer: the presence of the process that enters it; see ``abandonedClaims(isAlive:)``.
    /// - Returns: false where it is in the ledger already, whoever put it there.
    package func enter(_ firing: FiringRecord, by claimer: String, now: Date) throws(RunStoreError) -> Bool {
        try write("enter a firing in the ledger") { database in
            try database.execute(
                sql: """
                    INSERT OR IGNORE INTO firing
                    (checklist, nominal_time, state, reason, run, claimed_at, claimed_by) VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    firing.checklist, StoredInstant.encode(firing.nominalTime), firing.state.rawValue, firing.reason,
                    firing.run?.rawValue, StoredInstant.encode(now), claimer,
                ])
            return database.changesCount == 1
        }
    }

    /// The firings that were claimed and never settled, whose claimer is gone.
    ///
    /// - Parameter isAlive: whether the process with a presence of this name still runs.
    package func abandonedClaims(isAlive: (String) -> Bool) throws(RunStoreError) -> [FiringRecord] {
        try read("look for abandoned firings") { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM firing WHERE state = ?", arguments: [FiringState.running.rawValue]
            ).filter { row in
                let claimer: String? = row["claimed_by"]
                return claimer.map(isAlive) != true
            }.compactMap(Self.firing)
        }
    }

    /// Says what became of a firing that this process claimed.
    package func settle(_ firing: FiringRecord) throws(RunStoreError) {
        try write("settle a firing") { database in
            try database.execute(
                sql: "UPDATE firing SET state = ?, reason = ?, run = ? WHERE checklist = ? AND nominal_time = ?",
                arguments: [
                    firing.state.rawValue, firing.reason, firing.run?.rawValue, firing.checklist,
                    StoredInstant.encode(firing.nominalTime),
                ])
        }
    }

    /// Says what became of the firing that an interrupted run answered.
    package func settleFiring(ofInterrupted report: RunReport) throws(RunStoreError) {
        guard let nominalTime = report.nominalTime, report.trigger != .manual else { return }
        try settle(
            FiringRecord(
                checklist: report.checklist, nominalTime: nominalTime, state: report.trigger == .late ? .late : .ran,
                reason: report.interruption, run: report.run))
    }

    /// The ledger between two instants, in the order of nominal times.
    package func firings(
        checklist: String? = nil, from: Date? = nil, until: Date? = nil, limit: Int = 100_000
    ) throws(RunStoreError) -> [FiringRecord] {
        try read("read the ledger") { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM firing
                    WHERE (?1 IS NULL OR checklist = ?1) AND nominal_time >= ?2 AND nominal_time < ?3
                    ORDER BY nominal_time, checklist LIMIT ?4
                    """,
                arguments: [
                    checklist, from.map(StoredInstant.encode) ?? Int64.min, until.map(StoredInstant.encode) ?? Int64.max,
                    limit,
                ]
            ).compactMap(Self.firing)
        }
    }

    /// The instant after which the firings of a schedule are still open: its newest row, or since when it is watched.
    ///
    /// A checklist seen for the first time, or with another expression than before, is watched from `now` on: what was
    /// due earlier was never called for.
    package func openSince(checklist: String, cron: String, now: Date) throws(RunStoreError) -> Date {
        try write("watch a schedule") { database in
            let known = try Row.fetchOne(
                database, sql: "SELECT cron, watched_since FROM schedule WHERE checklist = ?", arguments: [checklist])
            guard let known, known["cron"] == cron else {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO schedule (checklist, cron, watched_since) VALUES (?, ?, ?)",
                    arguments: [checklist, cron, StoredInstant.encode(now)])
                return now
            }
            let newest = try Int64.fetchOne(
                database, sql: "SELECT max(nominal_time) FROM firing WHERE checklist = ?", arguments: [checklist])
            let since: Int64 = known["watched_since"]
            return StoredInstant.decode(max(newest ?? since, since))
        }
    }

    private static func firing(_ row: Row) -> FiringRecord? {
        guard let state = FiringState(rawValue: row["state"]) else { return nil }
        let run: String? = row["run"]
        return FiringRecord(
            checklist: row["checklist"], nominalTime: StoredInstant.decode(row["nominal_time"]), state: state,
            reason: row["reason"], run: run.flatMap(RunIdentifier.init(rawValue:)))
    }
}
