import Foundation
import GRDB
package import Maintenance

/// What was found out about the report of a run.
package struct MeasuredReport: Hashable, Sendable {
    package let run: RunIdentifier
    /// The room that its folder takes; 0 where there is none any more.
    package let bytes: Int
    /// Nil where the report need not, or cannot, be read.
    package let digest: RunStore.RunRow.Digest?

    package init(run: RunIdentifier, bytes: Int, digest: RunStore.RunRow.Digest?) {
        self.run = run
        self.bytes = bytes
        self.digest = digest
    }
}

extension RunStore {
    /// Which of these runs the store does not know, neither as runs nor as reports that are to be removed.
    ///
    /// - Throws: ``RunStoreError``.
    package func unknown(_ runs: [RunIdentifier]) throws(RunStoreError) -> [RunIdentifier] {
        try read("look for reports without a run") { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM run WHERE id = ?1)
                    OR EXISTS (SELECT 1 FROM expired_report WHERE run = ?1)
                    """)
            return try runs.filter { try Bool.fetchOne(statement, arguments: [$0.rawValue]) == false }
        }
    }

    /// Enters runs of which only the reports are left, as after the state database was begun anew.
    ///
    /// - Parameter reports: the reports, and the room that each takes, in bytes.
    /// - Throws: ``RunStoreError``; none is entered then.
    package func adopt(_ reports: [(report: RunReport, bytes: Int)]) throws(RunStoreError) {
        try write("enter runs that have a report") { database in
            for (report, bytes) in reports {
                let digest = RunRow.Digest(of: report)
                try database.cachedStatement(
                    sql: """
                        INSERT OR IGNORE INTO run
                        (id, checklist, trigger, nominal_time, started_at, ended_at, outcome, header, dry_run, timezone,
                        task_counts, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?)
                        """
                ).execute(arguments: [
                    report.run.rawValue, report.checklist, report.trigger.rawValue,
                    report.nominalTime.map(StoredInstant.encode), StoredInstant.encode(report.startedAt),
                    StoredInstant.encode(report.endedAt), report.outcome.rawValue, digest.isDryRun, digest.timezone,
                    digest.storedCounts, bytes,
                ])
            }
        }
    }

    /// Runs that have ended and whose reports were not measured, in the order of their names.
    ///
    /// - Returns: the runs, each with whether what lists show of it is known.
    /// - Throws: ``RunStoreError``.
    package func unmeasured(
        after run: RunIdentifier? = nil, limit: Int
    ) throws(RunStoreError) -> [(run: RunIdentifier, hasDigest: Bool)] {
        try read("look for reports to measure") { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT id, task_counts IS NOT NULL AS known FROM run
                    WHERE bytes IS NULL AND id > ? AND ended_at IS NOT NULL ORDER BY id LIMIT ?
                    """, arguments: [run?.rawValue ?? "", limit]
            ).compactMap { row in RunIdentifier(rawValue: row["id"]).map { ($0, row["known"]) } }
        }
    }

    /// Keeps what was found out about reports.
    ///
    /// - Throws: ``RunStoreError``.
    package func measure(_ reports: [MeasuredReport]) throws(RunStoreError) {
        try write("note the sizes of reports") { database in
            for report in reports {
                let (run, digest) = (report.run.rawValue, report.digest)
                try database.cachedStatement(
                    sql: """
                        UPDATE run SET bytes = ?, dry_run = coalesce(?, dry_run), timezone = coalesce(?, timezone),
                        task_counts = coalesce(?, task_counts), header = '' WHERE id = ? AND ended_at IS NOT NULL
                        """
                ).execute(arguments: [
                    report.bytes, digest?.isDryRun, digest?.timezone, digest?.storedCounts, run,
                ])
            }
        }
    }
}
