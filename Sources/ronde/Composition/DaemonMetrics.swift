import Backups
import ConfigurationFiles
import Cron
import Foundation
import Maintenance
import Observability
import Reports
import RunStore
import Runner
import Scheduler
import Synchronization

/// Where a daemon's metrics come from.
final class DaemonMetrics: Sendable {
    private let inUse: InstanceInUse
    private var instance: Instance { inUse.value }
    private let store: RunStore
    private let journal: DaemonJournal
    private let monitor: ExpectationMonitor
    private let backupFacts = Mutex<(facts: [BackupFacts], readAt: ContinuousClock.Instant)?>(nil)
    /// To list a hundred thousand sets takes a second, and Prometheus may ask every few.
    private static let backupInterval = Duration.seconds(60)
    /// The last runs whose reports were read, by checklist: a report never changes.
    private let known = Mutex<[String: (run: RunIdentifier, last: ChecklistFacts.LastRun)]>([:])

    init(inUse: InstanceInUse, store: RunStore, journal: DaemonJournal, monitor: ExpectationMonitor) {
        self.inUse = inUse
        self.store = store
        self.journal = journal
        self.monitor = monitor
    }

    var source: MetricsSource {
        var source = MetricsSource { [self] in daemon() }
        source.checklists = { [self] in try instance.checklists.map(checklist) }
        source.firings = { [self] in try firings() }
        source.queuedNotices = { [store] in try store.dispatchCount(.waiting) }
        source.backups = { [self] in try knownBackups() }
        source.expectations = { [monitor] in try monitor.statuses(at: Date()) }
        return source
    }

    private func daemon() -> DaemonFacts {
        let record = journal.record
        return DaemonFacts(
            startedAt: record.startedAt, schedules: record.schedules,
            runsInProgress: LiveRuns(stateFolder: instance.folders.state).all().count,
            isConfigurationGood: record.fault == nil, configurationReadAt: record.configuredAt)
    }

    private func checklist(_ checklist: Checklist) throws -> ChecklistFacts {
        var facts = ChecklistFacts(name: checklist.name)
        facts.nextFiring = checklist.schedule.flatMap {
            CronSchedule($0.cron, timeZone: $0.timeZone).next(after: Date())
        }
        if let row = try store.lastEndedRun(of: checklist.name) { facts.lastRun = lastRun(row) }
        facts.lastSuccess = try store.lastEndedRun(of: checklist.name, isSuccess: true)?.endedAt
        return facts
    }

    private func lastRun(_ row: RunStore.RunRow) -> ChecklistFacts.LastRun? {
        if let entry = known.withLock({ $0[row.checklist] }), entry.run == row.run { return entry.last }
        guard let outcome = row.outcome, let endedAt = row.endedAt else { return nil }
        // Without its report a run still has an outcome.
        let report = try? ReportFolder(root: instance.folders.reports).read(row.run)
        let last =
            report.map(ChecklistFacts.LastRun.init)
            ?? ChecklistFacts.LastRun(outcome: outcome, startedAt: row.startedAt, endedAt: endedAt)
        known.withLock { $0[row.checklist] = (row.run, last) }
        return last
    }

    private func firings() throws -> [FiringCount] {
        try instance.checklists.filter { $0.schedule != nil }.flatMap { checklist in
            try store.firingCounts(checklist: checklist.name).sorted { $0.key.rawValue < $1.key.rawValue }
                .map { FiringCount(checklist: checklist.name, state: $0.key, count: $0.value) }
        }
    }

    private func knownBackups() throws -> [BackupFacts] {
        if let known = backupFacts.withLock({ $0 }), known.readAt.duration(to: .now) < Self.backupInterval {
            return known.facts
        }
        let facts = try backups()
        backupFacts.withLock { $0 = (facts, .now) }
        return facts
    }

    /// The newest set that counts, of each service and tier; of several databases the one that is oldest.
    private func backups() throws -> [BackupFacts] {
        var facts: [BackupFacts] = []
        for service in instance.services.values.sorted(by: { $0.name < $1.name }) {
            guard let settings = service.backups else { continue }
            var newest: [Tier: [KnownSet]] = [:]
            for (name, location) in service.databases {
                let site = try BackupSite(
                    instance: instance, service: service, settings: settings, name: name, location: location)
                let sets = try site.inventory().sets
                for tier in Tier.allCases {
                    let folder = site.folder(of: tier)
                    if let set = sets.first(where: { $0.set.folder == folder && $0.counts }) {
                        newest[tier, default: []].append(set)
                    }
                }
            }
            for (tier, sets) in newest.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                guard let oldest = sets.min(by: { $0.instant < $1.instant }) else { continue }
                facts.append(
                    BackupFacts(
                        service: service.name, tier: tier.rawValue, instant: oldest.instant,
                        bytes: oldest.set.files.reduce(0) { $0 + Int($1.bytes) }))
            }
        }
        return facts
    }
}
