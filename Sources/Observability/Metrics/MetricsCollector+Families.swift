import Foundation
import Maintenance

extension MetricsCollector {
    static func families(_ daemon: DaemonFacts) -> [MetricFamily] {
        [
            MetricFamily(
                "ronde_build_info", "The version of this build; always 1", .gauge,
                [MetricSample(1, ["version": daemon.version])]),
            MetricFamily(
                "ronde_start_time_seconds", "When the daemon started, in seconds since 1970", .gauge,
                [sample(daemon.startedAt)]),
            MetricFamily(
                "ronde_schedules", "How many schedules are watched", .gauge, [MetricSample(Double(daemon.schedules))]),
            MetricFamily(
                "ronde_runs_in_progress", "How many runs go on", .gauge,
                [MetricSample(Double(daemon.runsInProgress))]),
            MetricFamily(
                "ronde_configuration_last_reload_successful",
                "Whether the configuration was free of mistakes when it was last read", .gauge,
                [MetricSample(daemon.isConfigurationGood ? 1 : 0)]),
            MetricFamily(
                "ronde_configuration_last_reload_success_timestamp_seconds",
                "When the configuration that is in force was read, in seconds since 1970", .gauge,
                [sample(daemon.configurationReadAt)]),
        ]
    }

    static func families(_ checklists: [ChecklistFacts]) -> [MetricFamily] {
        var next = MetricFamily(
            "ronde_next_firing_timestamp_seconds", "When the checklist is due next, in seconds since 1970", .gauge)
        var outcome = MetricFamily(
            "ronde_last_run_outcome", "How the last run ended: 0 ok, 1 warning, 2 critical, 3 unknown", .gauge)
        var start = MetricFamily(
            "ronde_last_run_start_timestamp_seconds", "When the last run began, in seconds since 1970", .gauge)
        var end = MetricFamily(
            "ronde_last_run_end_timestamp_seconds", "When the last run ended, in seconds since 1970", .gauge)
        var duration = MetricFamily("ronde_last_run_duration_seconds", "How long the last run took", .gauge)
        var success = MetricFamily(
            "ronde_last_success_timestamp_seconds",
            "When a run last ended ok or with a warning, in seconds since 1970", .gauge)
        var measurement = MetricFamily(
            "ronde_task_measurement", "What a task of the last run measured, in the unit of its label", .gauge)
        for checklist in checklists {
            let name = checklist.name
            next.add(checklist.nextFiring?.timeIntervalSince1970, ["checklist": name])
            success.add(checklist.lastSuccess?.timeIntervalSince1970, ["checklist": name])
            guard let run = checklist.lastRun else { continue }
            outcome.add(Double(run.outcome.exitStatus), ["checklist": name])
            start.add(run.startedAt.timeIntervalSince1970, ["checklist": name])
            end.add(run.endedAt.timeIntervalSince1970, ["checklist": name])
            duration.add(run.endedAt.timeIntervalSince(run.startedAt), ["checklist": name])
            for (task, measurements) in run.measurements {
                for value in measurements {
                    let labels: KeyValuePairs<StaticString, String> = [
                        "checklist": name, "task": task, "name": value.name, "unit": value.unit.rawValue,
                    ]
                    measurement.add(value.value, labels)
                }
            }
        }
        return [next, outcome, start, end, duration, success, measurement]
    }

    static func families(_ firings: [FiringCount]) -> [MetricFamily] {
        var total = MetricFamily(
            "ronde_firings_total", "How many firings came to each end: ran, late, merged, skipped or missed", .counter)
        for count in firings where count.state != .running {
            // One that goes on has no end yet, and a counter must not fall again.
            total.add(Double(count.count), ["checklist": count.checklist, "state": count.state.rawValue])
        }
        return [total]
    }

    static func queue(_ length: Int) -> [MetricFamily] {
        [
            MetricFamily(
                "ronde_notifications_queued", "How many notices wait to be delivered", .gauge,
                [MetricSample(Double(length))])
        ]
    }

    static func families(_ backups: [BackupFacts], now: Date) -> [MetricFamily] {
        var instant = MetricFamily(
            "ronde_backup_newest_verified_timestamp_seconds",
            "The instant that the newest verified set holds, in seconds since 1970", .gauge)
        var age = MetricFamily(
            "ronde_backup_newest_verified_age_seconds", "How old the newest verified set is", .gauge)
        var bytes = MetricFamily(
            "ronde_backup_newest_verified_bytes", "How large the newest verified set is", .gauge)
        for backup in backups {
            let labels: KeyValuePairs<StaticString, String> = ["service": backup.service, "tier": backup.tier]
            instant.add(backup.instant.timeIntervalSince1970, labels)
            age.add(now.timeIntervalSince(backup.instant), labels)
            bytes.add(Double(backup.bytes), labels)
        }
        return [instant, age, bytes]
    }

    static func families(_ expectations: [ExpectationStatus]) -> [MetricFamily] {
        var overdue = MetricFamily(
            "ronde_expectations_overdue", "How many expected pings are overdue or reported a failure", .gauge)
        overdue.add(Double(expectations.count { $0.state.isTrouble }))
        var isUp = MetricFamily(
            "ronde_expectation_up", "Whether nothing is wrong with what is expected, as far as it is known", .gauge)
        var last = MetricFamily(
            "ronde_expectation_last_ping_timestamp_seconds", "When the last ping came, in seconds since 1970", .gauge)
        for status in expectations {
            isUp.add(status.state.isWell ? 1 : 0, ["expectation": status.name])
            last.add(status.lastPing?.timeIntervalSince1970, ["expectation": status.name])
        }
        return [overdue, isUp, last]
    }

    private static func sample(_ date: Date) -> MetricSample { MetricSample(date.timeIntervalSince1970) }
}
