package import Foundation
import GRDB
package import Maintenance

extension RunStore {
    /// Records that a run waits for a person, for as long as that takes; its tasks are kept as they stand.
    ///
    /// - Parameter report: the run as far as it has come; ``RunReport/endedAt`` is since when it waits.
    /// - Throws: ``RunStoreError``.
    package func wait(_ report: RunReport) throws(RunStoreError) {
        var header = report
        header.tasks = []
        let text = header
        try write("record that a run waits") { database in
            try Self.replaceTasks(report, database)
            try database.execute(
                sql: "UPDATE run SET waiting_since = ?, outcome = ?, header = ?, overdue = 0 WHERE id = ?",
                arguments: [
                    StoredInstant.encode(report.endedAt), report.outcome.rawValue, try Self.text(text),
                    report.run.rawValue,
                ])
        }
    }

    /// The runs that wait for a person, the longest wait first, with their tasks as they stand.
    ///
    /// - Parameter run: only this one; nil for all.
    /// - Returns: the runs; a run that does not wait is not among them.
    /// - Throws: ``RunStoreError``.
    package func waiting(_ run: RunIdentifier? = nil) throws(RunStoreError) -> [RunReport] {
        try read("look for runs that wait") { database in
            try Self.waiting(run, database)
        }
    }

    /// Changes what is known of a run that waits, in one step with looking at it.
    ///
    /// - Parameters:
    ///   - run: the run.
    ///   - change: what becomes of it.
    /// - Returns: the run as it was changed; nil where it does not wait, or where nothing was to be changed.
    /// - Throws: ``RunStoreError``.
    package func changeWaiting(
        _ run: RunIdentifier, _ change: (inout RunReport) -> WaitingStep
    ) throws(RunStoreError) -> RunReport? {
        try write("record a signature") { database in
            guard var report = try Self.waiting(run, database).first else { return nil }
            let step = change(&report)
            guard step != .leave else { return nil }
            try Self.replaceTasks(report, database)
            if step == .goOn {
                try database.execute(
                    sql: "UPDATE run SET waiting_since = NULL, outcome = NULL WHERE id = ?", arguments: [run.rawValue])
            }
            return report
        }
    }

    /// What becomes of a run that waits.
    package enum WaitingStep: Sendable {
        /// Nothing is changed.
        case leave
        /// It is changed, and goes on waiting.
        case wait
        /// It no longer waits: whoever called has to end it or let it wait again.
        case goOn
    }

    /// Notes which runs have waited longer than they should, so that somebody is told, once each.
    ///
    /// - Throws: ``RunStoreError``.
    package func noteOverdue(at now: Date) throws(RunStoreError) {
        let candidates = try read("look for runs that wait") { database in
            try Self.waiting(nil, condition: "AND overdue = 0", database)
        }
        let late = candidates.filter { $0.isOverdue(at: now) }
        guard !late.isEmpty else { return }
        try write("note who is late") { database in
            for report in late {
                // The trigger that makes news of it looks at this column.
                try database.execute(
                    sql: """
                        UPDATE run SET overdue = 1, waiting_since = waiting_since
                        WHERE id = ? AND waiting_since IS NOT NULL AND overdue = 0
                        """, arguments: [report.run.rawValue])
            }
        }
    }

    private static func waiting(
        _ run: RunIdentifier?, condition: String = "", _ database: Database
    ) throws -> [RunReport] {
        let only = run == nil ? "" : "AND id = ?"
        let headers = try String.fetchAll(
            database,
            sql: """
                SELECT header FROM run WHERE waiting_since IS NOT NULL \(condition) \(only)
                ORDER BY waiting_since, id
                """,
            arguments: run.map { [$0.rawValue] } ?? [])
        return try headers.map { try open($0, database) }
    }

    private static func replaceTasks(_ report: RunReport, _ database: Database) throws {
        try database.execute(sql: "DELETE FROM running_task WHERE run = ?", arguments: [report.run.rawValue])
        for (position, task) in report.tasks.enumerated() { try keep(task, position, report.run, database) }
    }
}
