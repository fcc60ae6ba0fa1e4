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
        /// What a list shows of its report; nil while it runs, and where the report was not looked at yet.
        package let digest: Digest?
        /// The room that its report takes; nil where it was not measured yet.
        package let bytes: Int?

        package var position: RunPosition { RunPosition(startedAt: startedAt, run: run) }

        /// What the report of a run says beside its outcome.
        package struct Digest: Hashable, Sendable {
            /// The zone in which people read the times.
            package let timezone: String
            package let isDryRun: Bool
            /// How many tasks ended how; outcomes that no task had are absent.
            package let taskCounts: [Outcome: Int]

            package init(of report: RunReport) {
                timezone = report.timezone
                isDryRun = report.dryRun
                taskCounts = report.tasks.reduce(into: [:]) { $0[$1.outcome, default: 0] += 1 }
            }
        }
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
                    INSERT OR IGNORE INTO run
                    (id, checklist, trigger, nominal_time, started_at, dry_run, header) VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    run.rawValue, report.checklist, report.trigger.rawValue,
                    report.nominalTime.map(StoredInstant.encode), StoredInstant.encode(report.startedAt),
                    report.dryRun, Self.text(header),
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

    static func keep(
        _ task: TaskReport, _ position: Int, _ run: RunIdentifier, _ database: Database
    ) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO running_task (run, position, report) VALUES (?, ?, ?)",
            arguments: [run.rawValue, position, Self.text(task)])
    }

    /// Records that a run has ended; its task reports are now in its report folder.
    ///
    /// - Parameters:
    ///   - report: the run with its tasks.
    ///   - bytes: the room that its report folder takes; nil has it measured later.
    /// - Throws: ``RunStoreError``.
    package func end(_ report: RunReport, bytes: Int? = nil) throws(RunStoreError) {
        try write("record the end of a run") { try Self.end(report, bytes, $0) }
    }

    /// The same, in one transaction with what other tasks write at this moment.
    package func endTogether(_ report: RunReport, bytes: Int?) async throws(RunStoreError) {
        try await writeTogether("record the end of a run") { try Self.end(report, bytes, $0) }
    }

    private static func end(_ report: RunReport, _ bytes: Int?, _ database: Database) throws {
        let digest = RunRow.Digest(of: report)
        try database.execute(
            sql: """
                UPDATE run SET ended_at = ?, waiting_since = NULL, outcome = ?, header = '', dry_run = ?, timezone = ?, task_counts = ?,
                bytes = coalesce(?, bytes) WHERE id = ?
                """,
            arguments: [
                StoredInstant.encode(report.endedAt), report.outcome.rawValue, digest.isDryRun, digest.timezone,
                digest.storedCounts, bytes, report.run.rawValue,
            ])
        try database.execute(sql: "DELETE FROM running_task WHERE run = ?", arguments: [report.run.rawValue])
    }

    /// The newest runs first.
    ///
    /// - Parameters:
    ///   - checklist: whose runs; nil for all.
    ///   - position: only runs before this one, as for the next page of a list.
    ///   - hasEnded: whether those that have not ended are left out.
    ///   - limit: how many.
    /// - Returns: the runs.
    /// - Throws: ``RunStoreError``.
    package func runs(
        checklist: String? = nil, before position: RunPosition? = nil, hasEnded: Bool = false, limit: Int
    ) throws(RunStoreError) -> [RunRow] {
        // Only the conditions that are wanted: then SQLite finds the index for them.
        var conditions: [String] = []
        var arguments: StatementArguments = []
        if let checklist {
            conditions.append("checklist = ?")
            arguments += [checklist]
        }
        if let position {
            conditions.append("(started_at, id) < (?, ?)")
            arguments += [StoredInstant.encode(position.startedAt), position.run.rawValue]
        }
        if hasEnded { conditions.append("ended_at IS NOT NULL") }
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return try read("list runs") { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM run \(filter) ORDER BY started_at DESC, id DESC LIMIT ?",
                arguments: arguments + [limit]
            ).compactMap(Self.row)
        }
    }

    /// What is known of one run; nil where the store has none of this name.
    ///
    /// - Throws: ``RunStoreError``.
    package func run(named run: RunIdentifier) throws(RunStoreError) -> RunRow? {
        try read("look for a run") { database in
            try Row.fetchOne(database, sql: "SELECT * FROM run WHERE id = ?", arguments: [run.rawValue])
                .flatMap(Self.row)
        }
    }

    /// The newest run of a checklist that has ended; `isSuccess` for one that ended well or with a warning.
    package func lastEndedRun(of checklist: String, isSuccess: Bool = false) throws(RunStoreError) -> RunRow? {
        let condition = isSuccess ? "outcome IN ('ok', 'warning')" : "ended_at IS NOT NULL"
        return try read("look for the last run") { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT * FROM run WHERE checklist = ? AND \(condition)
                    ORDER BY started_at DESC, id DESC LIMIT 1
                    """, arguments: [checklist]
            ).flatMap(Self.row)
        }
    }

    /// The checklists that have a run without an end that does not wait for a person, by name.
    package func checklistsWithUnendedRuns() throws(RunStoreError) -> [String] {
        try read("look for unended runs") { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT DISTINCT checklist FROM run WHERE ended_at IS NULL AND waiting_since IS NULL
                    ORDER BY checklist
                    """)
        }
    }

    /// The runs of a checklist that began, have no end and do not wait for a person, with what is known of them, oldest first.
    package func unended(checklist: String) throws(RunStoreError) -> [RunReport] {
        try read("look for unended runs") { database in
            let headers = try String.fetchAll(
                database,
                sql: """
                    SELECT header FROM run WHERE ended_at IS NULL AND waiting_since IS NULL AND checklist = ?
                    ORDER BY started_at
                    """, arguments: [checklist])
            return try headers.map { try Self.open($0, database) }
        }
    }

    /// A run that has not ended, from its header and the tasks that are kept of it.
    static func open(_ header: String, _ database: Database) throws -> RunReport {
        var report = try RecordCoding.decoder().decode(RunReport.self, from: Data(header.utf8))
        report.tasks = try String.fetchAll(
            database, sql: "SELECT report FROM running_task WHERE run = ? ORDER BY position",
            arguments: [report.run.rawValue]
        ).map { try RecordCoding.decoder().decode(TaskReport.self, from: Data($0.utf8)) }
        return report
    }

    static func text(_ record: some Encodable) throws -> String {
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
            outcome: outcome.flatMap(Outcome.init(rawValue:)), digest: RunRow.Digest(row), bytes: row["bytes"])
    }
}

extension RunStore.RunRow.Digest {
    /// Nil where one of its columns has no value yet, or one that cannot be read: then the report is asked.
    fileprivate init?(_ row: Row) {
        let (zone, dry, counts): (String?, Bool?, String?) = (row["timezone"], row["dry_run"], row["task_counts"])
        guard let zone, let dry, let counts,
            let named = try? JSONDecoder().decode([String: Int].self, from: Data(counts.utf8))
        else { return nil }
        timezone = zone
        isDryRun = dry
        taskCounts = named.reduce(into: [:]) { counts, entry in
            if let outcome = Outcome(rawValue: entry.key) { counts[outcome] = entry.value }
        }
    }

    /// The counts as they stand in the table: `{"ok":3,"warning":1}`.
    var storedCounts: String {
        let parts = taskCounts.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\"\($0.key.rawValue)\":\($0.value)" }
        return "{" + parts.joined(separator: ",") + "}"
    }
}
