import Foundation
import Maintenance
import Testing

/// Reports to test with: a weekly run of a small service, and the week before.
///
/// Fractions of a second are sums of halves, which a `Date` holds exactly.
enum Samples {
    static func run(_ name: String) throws -> RunIdentifier { try #require(RunIdentifier(rawValue: name)) }

    static func instant(_ text: String) throws -> Date { try #require(InstantText.parse(text)) }

    /// A report with nothing but what is asked for.
    static func report(
        _ name: String = "weekly-20261122-020000", checklist: String = "weekly", outcome: Outcome = .ok,
        startedAt: String = "2026-11-22T02:00:00+01:00", dryRun: Bool = false, tasks: [TaskReport] = []
    ) throws -> RunReport {
        let start = try instant(startedAt)
        return RunReport(
            run: try run(name), checklist: checklist, title: "Weekly maintenance", service: "api", outcome: outcome,
            trigger: .schedule, nominalTime: start, startedAt: start, endedAt: start + 65, timezone: "Europe/Paris",
            host: "vps-1", dryRun: dryRun, interruption: nil, tasks: tasks)
    }

    static func task(
        _ name: String = "health", _ outcome: Outcome = .ok, seconds: Double = 1,
        measurements: [TaskMeasurement] = [], log: [LogLine] = []
    ) -> TaskReport {
        let start = Date(timeIntervalSince1970: 1_795_309_200)
        return TaskReport(
            task: name, title: "", plugin: name, outcome: outcome, summary: "\(name) done",
            attempts: outcome == .skipped ? 0 : 1, startedAt: start, endedAt: start + seconds,
            measurements: measurements, log: log)
    }

    /// A bad week: one task warns, one is critical, one was skipped.
    static func badWeek() throws -> RunReport {
        var report = try report(outcome: .critical, startedAt: "2026-11-22T02:00:03.250+01:00")
        report.nominalTime = try instant("2026-11-22T02:00:00+01:00")
        report.endedAt = report.startedAt + 168.5
        report.tasks = [
            backup(at: report.startedAt), health(at: report.startedAt + 14), integrity(at: report.startedAt + 16),
            optimise(),
            TaskReport(
                task: "prune", title: "Remove sets past their time", plugin: "retention", outcome: .ok,
                summary: "4 weekly sets kept, 1 removed (weekly_20261025_020001)", attempts: 1,
                startedAt: report.startedAt + 168, endedAt: report.startedAt + 168.25,
                measurements: [TaskMeasurement("sets_kept", 4, .count)],
                log: [LogLine(.info, "removed /var/lib/ronde/backups/weekly/test_20261025_020001.db.gz")]),
        ]
        return report
    }

    /// The week before: all was well.
    static func goodWeek() throws -> RunReport {
        var report = try badWeek()
        report.run = try run("weekly-20261115-020000")
        report.outcome = .ok
        for index in report.tasks.indices {
            report.tasks[index].outcome = .ok
            report.tasks[index].log.removeAll { $0.isFinding }
        }
        let start = try instant("2026-11-15T02:00:01+01:00")
        (report.nominalTime, report.startedAt, report.endedAt) = (start - 1, start, start + 24)
        report.tasks[0].measurements[0].value = 4_612_096
        report.tasks[1].measurements[0].value = 0.012
        report.tasks[2].measurements[1].value = 0
        report.tasks[2].endedAt = report.tasks[2].startedAt.map { $0 + 12 }
        report.tasks.append(task("certificates"))
        return report
    }

    private static func backup(at start: Date) -> TaskReport {
        TaskReport(
            task: "backup", title: "Weekly backup", plugin: "backup", outcome: .ok,
            summary: "weekly set of main: 19,968 users, verified", attempts: 2, startedAt: start,
            endedAt: start + 13.625,
            measurements: [
                TaskMeasurement("database_size", 5_022_464, .bytes, warning: .above(100_000_000)),
                TaskMeasurement("backup_size", 1_213_440, .bytes),
                TaskMeasurement("copy_time", 0.8613, .seconds),
            ],
            artifacts: [
                Artifact(
                    kind: "backup", path: "/var/lib/ronde/backups/weekly/test_20261122_020003.db.gz", bytes: 1_213_440,
                    sha256: "3f1a9c0d2b7e4a5f60718293a4b5c6d7e8f90123456789abcdef0123456789ab"),
                Artifact(
                    kind: "manifest", path: "/var/lib/ronde/backups/weekly/test_20261122_020003.json", bytes: 1_846,
                    sha256: nil),
            ],
            log: [
                LogLine(.info, "pinned a snapshot of /srv/api/test.db (WAL, 1,226 pages of 4,096 B)"),
                LogLine(.info, "copied 1,226 pages, compressed to 1.21 MB"),
                LogLine(.info, "verified: 3 tables, 20,413 rows, all hashes equal"),
            ])
    }

    private static func health(at start: Date) -> TaskReport {
        TaskReport(
            task: "health", title: "Answers of the service", plugin: "health", outcome: .warning,
            summary: "3 of 3 endpoints answer, /api/users slowly (2.31 s)", attempts: 1,
            startedAt: start, endedAt: start + 2.375,
            measurements: [
                TaskMeasurement(
                    "users.total_time", 2.3142, .seconds, warning: .above(2), critical: .above(5)),
                TaskMeasurement("root.total_time", 0.0124, .seconds, warning: .above(2), critical: .above(5)),
                TaskMeasurement("users", 19_968, .count, warning: .above(45_000)),
                TaskMeasurement("cpu", 23.41, .percent, warning: .above(80)),
            ],
            log: [
                LogLine(.info, "GET http://127.0.0.1:5000/: 200 in 12 ms"),
                LogLine(.warning, "GET http://127.0.0.1:5000/api/users: 200 in 2.31 s, expected within 2 s"),
            ])
    }

    private static func integrity(at start: Date) -> TaskReport {
        let page = "Tree 7 page 431 cell 12: Rowid 19204 out of order"
        return TaskReport(
            task: "integrity", title: "Check the database", plugin: "integrity", outcome: .critical,
            summary: "main is damaged: integrity_check found 2 problems, and 3 rows refer to users that do not exist; "
                + "restore the newest verified set (ronde backups restore)",
            attempts: 1, startedAt: start, endedAt: start + 151.875,
            measurements: [
                TaskMeasurement("problems", 2, .count, critical: .above(0)),
                TaskMeasurement("orphans", 3, .count, warning: .above(0)),
            ],
            log: [
                LogLine(.error, page), LogLine(.error, "row 311 missing from index users_email"),
                LogLine(.warning, "sessions: 3 rows refer to missing users (rowids 17, 204, 518)"),
                LogLine(.debug, "PRAGMA integrity_check(100) took 151.2 s"),
            ])
    }

    private static func optimise() -> TaskReport {
        TaskReport(
            task: "optimise", title: "Reclaim free pages", plugin: "vacuum", outcome: .skipped,
            summary: "needs integrity, which ended critical")
    }
}
