package import Foundation
import GRDB
package import Maintenance

extension RunStore {
    /// That a run began, ended or waits for a person, and nobody was told yet.
    package struct RunNews: Hashable, Sendable {
        let position: Int64
        package let run: RunIdentifier
        package let checklist: String
        package let hasEnded: Bool
        package let waits: Bool
    }

    /// Firings of a checklist that come to no run, and nobody was told yet.
    package struct FiringNews: Hashable, Sendable {
        package let checklist: String
        /// How many were missed.
        package let missed: Int
        /// How many were skipped because the run before had not ended.
        package let skipped: Int
        /// The nominal times of the first and the last of them.
        package let first: Date
        package let last: Date
        /// Why, of the one that was entered last.
        package let reason: String?

        package init(checklist: String, missed: Int, skipped: Int, first: Date, last: Date, reason: String?) {
            self.checklist = checklist
            self.missed = missed
            self.skipped = skipped
            self.first = first
            self.last = last
            self.reason = reason
        }
    }

    /// Begins or ends to keep news of runs and firings; at the end those that were kept are thrown away.
    ///
    /// - Throws: ``RunStoreError``.
    package func watchForNotices(_ isWatching: Bool) throws(RunStoreError) {
        try write("watch for notices") { database in
            guard !isWatching else {
                return try database.execute(sql: "INSERT OR IGNORE INTO notice_watch (only_row) VALUES (1)")
            }
            for table in ["notice_watch", "run_news", "firing_news"] {
                try database.execute(sql: "DELETE FROM \(table)")
            }
        }
    }

    /// What runs are still to be told of, in the order in which it happened.
    ///
    /// - Throws: ``RunStoreError``.
    package func runNews(limit: Int = 200) throws(RunStoreError) -> [RunNews] {
        try read("look for news of runs") { database in
            try Row.fetchAll(database, sql: "SELECT * FROM run_news ORDER BY position LIMIT ?", arguments: [limit])
                .compactMap { row in
                    // What is in the table of runs is a name of a run.
                    RunIdentifier(rawValue: row["run"]).map { run in
                        RunNews(
                            position: row["position"], run: run, checklist: row["checklist"],
                            hasEnded: row["has_ended"] == 1, waits: row["has_ended"] == 2)
                    }
                }
        }
    }

    /// The checklists of whose firings is still to be told.
    ///
    /// - Throws: ``RunStoreError``.
    package func checklistsWithFiringNews() throws(RunStoreError) -> [String] {
        try read("look for news of firings") { database in
            try String.fetchAll(database, sql: "SELECT checklist FROM firing_news ORDER BY checklist")
        }
    }

    /// Changes alerts and queues what follows from it, in one step.
    ///
    /// - Parameters:
    ///   - now: the time at which it is done.
    ///   - body: what is to be done; where it throws, nothing of it is kept.
    /// - Returns: what `body` returns.
    /// - Throws: ``RunStoreError``.
    package func noticing<Value>(
        at now: Date, _ body: (NoticeTransaction) throws -> Value
    ) throws(RunStoreError) -> Value {
        try write("keep what is to be told") { database in
            try body(NoticeTransaction(database: database, now: now))
        }
    }

    /// All alerts, by subject.
    ///
    /// - Throws: ``RunStoreError``.
    package func alerts() throws(RunStoreError) -> [Alert] {
        try read("list alerts") { database in try StoredAlert.fetch(database, where: "1", []) }
    }

    /// Whether there are alerts to be looked at; cheap, as it is asked every few seconds.
    ///
    /// - Returns: when the next look is due; the past where it is now.
    /// - Throws: ``RunStoreError``.
    package func nextAlertLook(at now: Date) throws(RunStoreError) -> Date? {
        try read("look for alerts") { database in
            let instant = StoredInstant.encode(now)
            let next = try Int64.fetchOne(
                database,
                sql: """
                    SELECT min(CASE WHEN written_at > ?1 THEN 0 ELSE next_look END) FROM alert
                    WHERE next_look IS NOT NULL
                    """, arguments: [instant])
            return next.map(StoredInstant.decode)
        }
    }
}
