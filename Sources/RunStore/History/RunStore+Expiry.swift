import Foundation
import GRDB
package import Maintenance

extension RunStore {
    /// Takes runs out of the store, and notes that their report folders are to go.
    ///
    /// From here on nobody lists them; what a kill leaves is found by ``expiredReports(limit:)``. A run that goes on or
    /// is held meanwhile stays.
    ///
    /// - Returns: those that were taken out.
    /// - Throws: ``RunStoreError``; then all are as they were.
    package func expire(_ runs: [RunIdentifier]) throws(RunStoreError) -> [RunIdentifier] {
        try write("remove old runs") { database in
            try runs.filter { run in
                try database.cachedStatement(
                    sql: """
                        INSERT OR REPLACE INTO expired_report (run, checklist, started_at, bytes)
                        SELECT id, checklist, started_at, coalesce(bytes, 0) FROM run
                        WHERE id = ? AND ended_at IS NOT NULL AND kept_because IS NULL
                        """
                ).execute(arguments: [run.rawValue])
                guard database.changesCount == 1 else { return false }
                try database.cachedStatement(sql: "DELETE FROM run WHERE id = ?").execute(arguments: [run.rawValue])
                return true
            }
        }
    }

    /// Runs whose report folders are to go, in the order of their names.
    ///
    /// - Throws: ``RunStoreError``.
    package func expiredReports(after run: RunIdentifier? = nil, limit: Int) throws(RunStoreError) -> [RunIdentifier] {
        try read("look for reports to remove") { database in
            try String.fetchAll(
                database, sql: "SELECT run FROM expired_report WHERE run > ? ORDER BY run LIMIT ?",
                arguments: [run?.rawValue ?? "", limit]
            ).compactMap(RunIdentifier.init(rawValue:))
        }
    }

    /// Of runs whose report folders are to go, those that began anew under the same name: their folders are theirs.
    ///
    /// - Throws: ``RunStoreError``.
    package func releaseReused(_ runs: [RunIdentifier]) throws(RunStoreError) -> Set<RunIdentifier> {
        try write("look for runs of the same name") { database in
            Set(
                try runs.filter { run in
                    try database.cachedStatement(
                        sql: "DELETE FROM expired_report WHERE run = ?1 AND EXISTS (SELECT 1 FROM run WHERE id = ?1)"
                    ).execute(arguments: [run.rawValue])
                    return database.changesCount == 1
                })
        }
    }

    /// Notes that the report folders of runs are gone, and counts them as removed.
    ///
    /// - Throws: ``RunStoreError``.
    package func settleExpired(_ runs: [RunIdentifier]) throws(RunStoreError) {
        try write("note the removal of reports") { database in
            for run in runs {
                // A checklist of which the store had no other run has its line from when that one was added.
                try database.cachedStatement(
                    sql: """
                        UPDATE run_total SET expired_runs = expired_runs + 1, expired_bytes = expired_bytes + gone.bytes,
                        expired_until = max(coalesce(expired_until, gone.started_at), gone.started_at)
                        FROM (SELECT checklist AS owner, started_at, bytes FROM expired_report WHERE run = ?) AS gone
                        WHERE checklist = gone.owner
                        """
                ).execute(arguments: [run.rawValue])
                try database.cachedStatement(sql: "DELETE FROM expired_report WHERE run = ?")
                    .execute(arguments: [run.rawValue])
            }
        }
    }
}
