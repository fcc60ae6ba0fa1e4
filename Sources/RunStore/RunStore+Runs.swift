package import Foundation
import GRDB
package import Maintenance

extension RunStore {
    /// One row of the list of runs.
    package struct RunRow: Hashable, Sendable {
        package let run: RunIdentifier
        package let checklist: String
        package let trigger: RunTrigger
        package let nominalTime: Date?
        package let startedAt: Date
        /// Nil while the run goes on, or where it was cut off and not yet recorded so.
        package let endedAt: Date?
        package let outcome: Outcome?
    }

    /// Records that a run begins, under the first free identifier of its checklist and second.
    ///
    /// - Parameters:
    ///   - report: the run with no tasks yet; its `run` is only a wish.
    ///   - timeZone: the zone of the time in the identifier.
    ///   - isTaken: whether an identifier is in use elsewhere, as by a report that an earlier store knew.
    /// - Returns: the identifier it got.
    /// - Throws: ``RunStoreError``.
    package func begin(
        _ report: RunReport, timeZone: TimeZone, isTaken: (RunIdentifier) throws -> Bool = { _ in false }
    ) throws(RunStoreError) -> RunIdentifier {
        try write("record the start of a run") { try Self.begin(report, timeZone, isTaken, $0) }
    }

    /// The same, in one transaction with what other tasks write at this moment.
    ///
    /// - Throws: ``RunStoreError``.
    package func beginTogether(
        _ report: RunReport, timeZone: TimeZone, isTaken: @escaping @Sendable (RunIdentifier) throws -> Bool
    ) async throws(RunStoreError) -> RunIdentifier {
        try await writeTogether("record the start of a run") { try Self.begin(report, timeZone, isTaken, $0) }
    }

    private static func begin(
        _ report: RunReport, _ timeZone: TimeZone, _ isTaken: (RunIdentifier) throws -> Bool, _ database: Database
    ) throws -> RunIdentifier {
        for attempt in 1... {
            guard
                let run = RunIdentifier(
                    checklist: report.checklist, start: report.startedAt, timeZone: timeZone, attempt: attempt)
            else { break }
            if try isTaken(run) { continue }
            var header = report
            header.run = run
            header.tasks = []
            try database.execute(
                sql: """
                    INSERT OR IGNORE INTO run (id, checklist, trigger, nominal_time, started_at, header)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    run.rawValue, report.checklist, report.trigger.rawValue,
                    report.nominalTime.map(StoredInstant.encode), StoredInstant.encode(report.startedAt),
                    Self.text(header),
                ])
            if database.changesCount == 1 { return run }
        }
        throw DatabaseError(message: "'\(report.checklist)' cannot be part of a run's name")
    }

    /// Keeps the report of a task that ended, until its run has.
    package func keep(_ task: TaskReport, position: Int, of run: RunIdentifier) throws(RunStoreError) {
        try write("record a task") { try Self.keep(task, position, run, $0) }
    }

    /// The same, in one transaction with what other tasks write at this moment.
    package func keepTogether(
        _ task: TaskReport, position: Int, of run: RunIdentifier
    ) async throws(RunStoreError) {
        try await writeTogether("record a task") { try Self.keep(task, position, run, $0) }
    }

    private static func keep(
        _ task: TaskReport, _ position: Int, _ run: RunIdentifier, _ database: Database
    ) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO running_task (run, position, report) VALUES (?, ?, ?)",
            arguments: [run.rawValue, position, Self.text(task)])
    }

    /// Records that a run has ended; its task reports are now in its report folder.
    package func end(_ report: RunReport) throws(RunStoreError) {
        try write("record the end of a run") { try Self.end(report, $0) }
    }

    /// The same, in one transaction with what other tasks write at this moment.
    package func endTogether(_ report: RunReport) async throws(RunStoreError) {
        try await writeTogether("record the end of a run") { try Self.end(report, $0) }
    }

    private static func end(_ report: RunReport, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE run SET ended_at = ?, outcome = ? WHERE id = ?",
            arguments: [StoredInstant.encode(report.endedAt), report.outcome.rawValue, report.run.rawValue])
        try database.execute(sql: "DELETE FROM running_task WHERE run = ?", arguments: [report.run.rawValue])
    }

    /// The newest runs first.
    package func runs(checklist: String? = nil, limit: Int) throws(RunStoreError) -> [RunRow] {
        try read("list runs") { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM run WHERE ?1 IS NULL OR checklist = ?1
                    ORDER BY started_at DESC, id DESC LIMIT ?2
                    """, arguments: [checklist, limit]
            ).compactMap(Self.row)
        }
    }

    /// The newest run of a checklist that has ended.
    package func lastEndedRun(of checklist: String) throws(RunStoreError) -> RunRow? {
        try read("look for the last run") { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT * FROM run WHERE checklist = ? AND ended_at IS NOT NULL
                    ORDER BY started_at DESC, id DESC LIMIT 1
                    """, arguments: [checklist]
            ).flatMap(Self.row)
        }
    }

    /// The checklists that have a run without an end, by name.
    package func checklistsWithUnendedRuns() throws(RunStoreError) -> [String] {
        try read("look for unended runs") { database in
            try String.fetchAll(
                database, sql: "SELECT DISTINCT checklist FROM run WHERE ended_at IS NULL ORDER BY checklist")
        }
    }

    /// The runs of a checklist that began and have no end, with what is known of them, oldest first.
    package func unended(checklist: String) throws(RunStoreError) -> [RunReport] {
        try read("look for unended runs") { database in
            let headers = try String.fetchAll(
                database, sql: "SELECT header FROM run WHERE ended_at IS NULL AND checklist = ? ORDER BY started_at",
                arguments: [checklist])
            return try headers.map { text in
                var report = try RecordCoding.decoder().decode(RunReport.self, from: Data(text.utf8))
                report.tasks = try String.fetchAll(
                    database, sql: "SELECT report FROM running_task WHERE run = ? ORDER BY position",
                    arguments: [report.run.rawValue]
                ).map { try RecordCoding.decoder().decode(TaskReport.self, from: Data($0.utf8)) }
                return report
            }
        }
    }

    private static func text(_ record: some Encodable) throws -> String {
        String(decoding: try RecordCoding.encoder().encode(record), as: UTF8.self)
    }

    private static func row(_ row: Row) -> RunRow? {
        guard let run = RunIdentifier(rawValue: row["id"]), let trigger = RunTrigger(rawValue: row["trigger"]) else {
            return nil
        }
        let nominal: Int64? = row["nominal_time"]
        let ended: Int64? = row["ended_at"]
        let outcome: String? = row["outcome"]
        return RunRow(
            run: run, checklist: row["checklist"], trigger: trigger, nominalTime: nominal.map(StoredInstant.decode),
            startedAt: StoredInstant.decode(row["started_at"]), endedAt: ended.map(StoredInstant.decode),
            outcome: outcome.flatMap(Outcome.init(rawValue:)))
    }
}
