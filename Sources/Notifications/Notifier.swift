import Digests
package import Foundation
package import Logging
package import Maintenance
package import Reports
package import RunStore
import Synchronization

/// Turns what happened into messages: reads the news that the run store keeps, sees how each alert stands, and queues
/// what people and dead-man's switches are to be told.
///
/// News, alerts and messages are in one database, and each step from one to the next is one transaction: a process that
/// is killed loses no notice and tells none twice. Nothing here waits for a network; see ``DeliveryService``.
package final class Notifier: Sendable {
    private struct Setup {
        var settings = NotificationSettings.none
        /// By checklist.
        var titles: [String: String] = [:]
        var tasks: [String: Set<String>] = [:]
        var timeZone = TimeZone.gmt
    }

    private let setup: Mutex<Setup>
    private let store: RunStore
    private let reports: ReportFolder
    private let clock: any WallClock
    private let log: Logger
    package let host: String
    /// Rung where there is something to do.
    let bell = Bell()

    /// A notifier of an instance; nothing is done yet.
    ///
    /// It goes by `settings`, with times for people in `timeZone`, and messages call this machine `host`; only with
    /// ``use(_:checklists:timeZone:)`` the store keeps news for it.
    package init(
        store: RunStore, reports: ReportFolder, settings: NotificationSettings = .none, timeZone: TimeZone = .gmt,
        host: String, clock: any WallClock = SystemWallClock(), log: Logger
    ) {
        var setup = Setup()
        (setup.settings, setup.timeZone) = (settings, timeZone)
        self.setup = Mutex(setup)
        self.store = store
        self.reports = reports
        self.clock = clock
        self.log = log
        self.host = host
    }

    package var settings: NotificationSettings { setup.withLock { $0.settings } }
    package var timeZone: TimeZone { setup.withLock { $0.timeZone } }

    /// Goes by these settings from now on; at the start, and after each reload.
    ///
    /// From the first time on that there is anybody to tell, the store keeps news of every run and firing, whichever
    /// process it is that runs them.
    ///
    /// - Throws: `RunStoreError`.
    package func use(
        _ settings: NotificationSettings, checklists: [Checklist], timeZone: TimeZone
    ) throws(RunStoreError) {
        setup.withLock { setup in
            setup.settings = settings
            setup.timeZone = timeZone
            setup.titles = Dictionary(checklists.map { ($0.name, $0.title) }) { first, _ in first }
            setup.tasks = Dictionary(checklists.map { ($0.name, Set($0.tasks.map(\.name))) }) { first, _ in first }
        }
        try store.watchForNotices(!settings.isEmpty)
        let rules = Set(settings.isEmpty ? [] : settings.rules.map(\.name))
        try store.noticing(at: clock.now) { step in
            for alert in try step.alerts() where !rules.contains(alert.rule) {
                try step.forget(rule: alert.rule, alert.subject)
            }
            try step.lookAtAllAgain()
        }
        ring()
    }

    /// Says that there may be news, from any thread; otherwise they are found within half a minute.
    ///
    /// Where nobody is to be told anything, nobody is woken.
    package func ring() {
        if !settings.isEmpty { bell.ring() }
    }

    // MARK: What happens

    /// An expected ping did not come, or came again.
    ///
    /// The same news again change nothing.
    ///
    /// - Throws: `RunStoreError`.
    package func tell(expectation name: String, title: String, _ news: ExpectationNews) throws(RunStoreError) {
        try observe(AlertSubject(.expectation, name)) { _, now in .expectation(title: title, news, at: now) }
    }

    /// The configuration was read again; with its mistakes, of which there are none where it is in order.
    ///
    /// - Throws: `RunStoreError`.
    package func tell(configurationMistakes mistakes: [String]) throws(RunStoreError) {
        try observe(.configuration) { _, now in .configuration(mistakes, at: now) }
    }

    private func observe(
        _ subject: AlertSubject, _ read: (NoticeRule, Date) -> Reading?
    ) throws(RunStoreError) {
        let books = books
        try store.noticing(at: clock.now) { step in
            try books.observe(subject, in: step) { read($0, step.now) }
        }
        ring()
    }

    /// Records that a person knows of the alerts of this name, be it a checklist, an expectation or `configuration`.
    ///
    /// - Returns: the alerts that were open, as they stood.
    /// - Throws: `RunStoreError`.
    package func acknowledge(_ name: String, note: String?) throws(RunStoreError) -> [Alert] {
        let (books, now) = (books, clock.now)
        return try store.noticing(at: now) { step in
            let alerts = try step.alerts().filter { $0.subject.name == name && $0.state.isFailing }
            for alert in alerts { try books.acknowledge(alert, Acknowledgement(at: now, note: note), in: step) }
            return alerts
        }
    }

    // MARK: Keeping up

    /// Reads all news, and looks after alerts of which there is something to say by now.
    ///
    /// - Throws: `RunStoreError`; what was not done is done the next time.
    package func keepUp() throws(RunStoreError) {
        try store.noteOverdue(at: clock.now)
        while try readRunNews() {}
        for checklist in try store.checklistsWithFiringNews() { try readFiringNews(of: checklist) }
        let now = clock.now
        if let next = try store.nextAlertLook(at: now), next <= now {
            let books = books
            try store.noticing(at: now) { step in try books.lookAround(in: step) }
        }
    }

    private var books: AlertBooks {
        setup.withLock { AlertBooks(settings: $0.settings, host: host, timeZone: $0.timeZone) }
    }

    /// Reads some of the news of runs; false where there are no more that can be read now.
    private func readRunNews() throws(RunStoreError) -> Bool {
        let news = try store.runNews()
        guard !news.isEmpty else { return false }
        let ended = Set(news.lazy.filter(\.hasEnded).map(\.run))
        var results: [(news: RunStore.RunNews, ending: Ending?)] = []
        for one in news {
            if one.waits {
                results.append((one, try store.waiting(one.run).first.map { .report(late($0)) } ?? .ignored))
            } else if one.hasEnded {
                guard let ending = ending(of: one) else { continue }
                results.append((one, ending))
            } else {
                // Who is told how it ended need not be told that it began.
                results.append((one, ended.contains(one.run) ? .ignored : nil))
            }
        }
        let (books, settled) = (books, results)
        try store.noticing(at: clock.now) { step in
            for (one, ending) in settled where try step.take(one) {
                switch ending {
                case .ignored: break
                case nil: try books.runBegan(one.run, one.checklist, in: step)
                case .report(let report): try books.runEnded(report, in: step)
                case .unreadable(let reason): try books.runLost(one.run, one.checklist, reason, in: step)
                }
            }
        }
        return !results.isEmpty
    }

    private enum Ending: Sendable {
        case report(RunReport)
        case unreadable(String)
        case ignored
    }

    /// A run that waits, as it is to be told: a person who should have acted by now has failed the run.
    private func late(_ report: RunReport) -> RunReport {
        var report = report
        for index in report.tasks.indices where report.tasks[index].wantsSignature {
            guard report.tasks[index].awaits?.isOverdue(at: clock.now) == true else { continue }
            report.tasks[index].outcome = .critical
            report.tasks[index].summary = "overdue: " + report.tasks[index].summary
        }
        report.outcome = (report.tasks.map(\.outcome) + [report.outcome]).worst
        return report
    }

    /// What is known of a run that has ended; nil where it cannot be read now.
    private func ending(of news: RunStore.RunNews) -> Ending? {
        do throws(ReportError) {
            let report = try reports.read(news.run)
            return isWhole(report) ? .report(report) : .ignored
        } catch {
            switch error {
            case .damaged: return .unreadable("\(error)")
            case .file:
                log.error("a report cannot be read, nobody is told of it yet", metadata: ["reason": "\(error)"])
                return nil
            default:
                log.warning("a run has no report, nobody is told of it", metadata: ["run": "\(news.run)"])
                return .ignored
            }
        }
    }

    /// Whether all tasks of the checklist were to be done: a run of some tasks tells nothing of the others.
    private func isWhole(_ report: RunReport) -> Bool {
        guard report.trigger == .manual, report.interruption == nil, !report.dryRun,
            let tasks = setup.withLock({ $0.tasks[report.checklist] })
        else { return !report.dryRun }
        return tasks.isSubset(of: report.tasks.map(\.task))
    }

    private func readFiringNews(of checklist: String) throws(RunStoreError) {
        let (books, timeZone) = (books, timeZone)
        let title = setup.withLock { $0.titles[checklist] } ?? checklist
        try store.noticing(at: clock.now) { step in
            guard let news = try step.takeFirings(of: checklist) else { return }
            try books.observe(AlertSubject(.missed, checklist), in: step) { rule in
                Reading.firings(news, rule, title: title, timeZone: timeZone, at: step.now)
            }
        }
    }
}
