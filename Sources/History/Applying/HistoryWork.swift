import Foundation
import Maintenance
import Reports
import RunStore

/// One application of the rules while it goes on.
struct HistoryWork {
    private let history: History
    private let clock: TrustedClock
    private let shouldStop: @Sendable () -> Bool
    private let rest: @Sendable (Duration) async throws -> Void
    private(set) var result = HistoryResult()
    private var problems = ProblemList()
    private var removals = Portion(50, in: 5...1000)
    private var sweeps = Portion(100, in: 10...2000)

    private var store: RunStore { history.store }
    private var reports: ReportFolder { history.reports }
    private var rules: HistoryRules { history.rules }

    init(
        history: History, clock: TrustedClock, shouldStop: @escaping @Sendable () -> Bool,
        rest: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.history = history
        self.clock = clock
        self.shouldStop = shouldStop
        self.rest = rest
        result.lag = clock.lag
    }

    /// Does all of it, or as much as there is time for.
    mutating func run() async throws {
        try store.shortenLog()
        do {
            try await finishRemovals()
            try await takeStock()
            let plan = try await survey()
            try await removeRuns(plan)
            try await removeFirings(before: clock.now - TimeInterval(rules.ledgerDays) * 86_400)
            try await fitState(plan)
            try await giveRoomBack()
            try store.shortenLog()
        } catch is Stopped {
            result.isWhole = false
        }
        result.problems = problems.all
    }

    private struct Stopped: Error {}

    /// Lets others come first.
    private func pause(_ duration: Duration = .milliseconds(1)) async throws {
        if shouldStop() { throw Stopped() }
        try await rest(duration)
        if shouldStop() { throw Stopped() }
    }
}

// Runs.
extension HistoryWork {
    /// Removes the folders that a removal left which was cut short.
    private mutating func finishRemovals() async throws {
        var last: RunIdentifier?
        while case let runs = try store.expiredReports(after: last, limit: 100), !runs.isEmpty {
            let reused = try store.releaseReused(runs)
            try removeFolders(runs.filter { !reused.contains($0) })
            last = runs.last
            try await pause()
        }
    }

    private mutating func takeStock() async throws {
        var stock = try StockTaking(store: store, reports: reports)
        var portion = Portion(50, in: 10...1000)
        while true {
            let step = try portion.measure { try stock.step($0) }
            guard step.value else { break }
            try await pause(step.rest)
        }
        result.adoptedRuns = stock.adopted
        problems.add(stock.problems)
        try store.keep([.stock: clock.wall])
    }

    private func survey() async throws -> HistoryPlan {
        try await history.plan(clock: clock) { try await pause() }
    }

    private mutating func removeRuns(_ plan: HistoryPlan) async throws {
        var position: RunPosition?
        while true {
            let page = try store.pastRuns(beyond: position, oldestFirst: true, limit: 2000)
            var victims = page.compactMap { run -> Victim? in
                if case .remove(let reason) = plan.decide(run) { Victim(run: run, reason: reason) } else { nil }
            }[...]
            while !victims.isEmpty { try await removePortion(of: &victims) }
            guard let last = page.last, page.count == 2000, last.startedAt <= plan.newestRemoval else { return }
            position = last.position
            try await pause()
        }
    }

    private struct Victim {
        let run: PastRun
        let reason: RemovalReason
    }

    private mutating func removePortion(of victims: inout ArraySlice<Victim>) async throws {
        let (all, store) = (victims, store)
        let step = try removals.measure { size in
            let portion = all.prefix(size)
            return (portion, Set(try store.expire(portion.map(\.run.run))))
        }
        let (portion, gone) = step.value
        victims = victims.dropFirst(portion.count)
        let removed = portion.filter { gone.contains($0.run.run) }
        let kept = try removeFolders(removed.map(\.run.run))
        for victim in removed where !kept.contains(victim.run.run) {
            result.removedRuns[victim.reason, default: 0] += 1
            result.removedBytes += victim.run.bytes
        }
        try await pause(step.rest)
    }

    /// Removes the folders of runs that have left the store.
    ///
    /// - Returns: the runs that came back, as their folders hold more than their reports.
    @discardableResult
    private mutating func removeFolders(_ runs: [RunIdentifier]) throws -> Set<RunIdentifier> {
        var (done, kept): ([RunIdentifier], Set<RunIdentifier>) = ([], [])
        for run in runs {
            do throws(ReportError) {
                switch try reports.remove(run) {
                case .removed, .missing: done.append(run)
                case .holdsMore(let names):
                    if try bringBack(run, holding: names) { kept.insert(run) } else { done.append(run) }
                }
            } catch {
                // It is not listed any more, and the next application tries again.
                problems.add("\(error)")
            }
        }
        guard !runs.isEmpty, !(done.isEmpty && kept.isEmpty) else { return kept }
        try reports.sync()
        _ = try store.releaseReused(Array(kept))
        try store.settleExpired(done)
        return kept
    }

    /// Enters a run again whose folder holds what others put there; false where its report cannot be read.
    private mutating func bringBack(_ run: RunIdentifier, holding names: [String]) throws(ReportError) -> Bool {
        let reason = "its folder holds '\(PrintableText.of(names.first ?? "more than its report", limit: 80))'"
        do {
            try store.adopt([(try reports.read(run), try reports.bytes(of: run) ?? 0)])
            try store.protect(run, because: reason)
            return true
        } catch {
            problems.add("\(error)")
            return false
        }
    }
}

// The ledger, and the size of the state database.
extension HistoryWork {
    private mutating func removeFirings(before cut: Date, until isEnough: () throws -> Bool = { false }) async throws {
        var place: FiringSweep.Place?
        let (store, now) = (store, clock.now)
        repeat {
            let step = try sweeps.measure { try store.expireFirings(before: cut, now: now, from: place, limit: $0) }
            result.removedFirings += step.value.removed
            place = step.value.next
            try await pause(step.rest)
        } while try place != nil && !isEnough()
    }

    /// Removes the oldest runs and firings until the state database has room again.
    ///
    /// Some more than it must, as it would else be at its limit every hour.
    private mutating func fitState(_ plan: HistoryPlan) async throws {
        guard try store.room().usedBytes > rules.stateBytes else { return }
        let target = rules.stateBytes / 10 * 9
        let store = store
        let fits = { try store.room().usedBytes <= target }
        try await removeDayCounts()
        let youth = clock.now - HistoryPlan.youth
        var position: RunPosition?
        while try !fits() {
            let page = try store.pastRuns(beyond: position, oldestFirst: true, limit: 500)
            guard let first = page.first, let last = page.last, first.startedAt < youth else { break }
            try await removeFirings(before: first.startedAt, until: fits)
            var victims = page.filter { plan.fixed($0) == nil && !plan.isYoung($0) }
                .map { Victim(run: $0, reason: .state) }[...]
            while try !victims.isEmpty && !fits() {
                try await removePortion(of: &victims)
                // After the runs of their time, so that the ledger goes back as far as the reports do.
                if try !fits(), let next = victims.first {
                    try await removeFirings(before: next.run.startedAt, until: fits)
                }
            }
            position = last.position
        }
        if try !fits() { try await removeFirings(before: youth, until: fits) }
        let used = try store.room().usedBytes
        if used > rules.stateBytes {
            problems.add(
                "the state database holds \(ByteSize(bytes: Int64(used))) of what may not be removed: runs and firings"
                    + " of the last day, and the newest of each checklist; allow it more (history: state)")
        }
    }

    /// The counts by day of single checklists go first: of what is older than the reports, those of all are enough.
    private mutating func removeDayCounts() async throws {
        let day = clock.now - TimeInterval(rules.days) * 86_400
        var last: String?
        repeat {
            let step = try store.expireDayCounts(before: day, after: last, limit: 100)
            last = step.last
            try await pause()
        } while last != nil
    }

    /// Below this a database is written anew in a moment.
    private static let smallBytes = 8 << 20

    private mutating func giveRoomBack() async throws {
        var room = try store.room()
        if !room.isIncremental {
            if room.usedBytes <= Self.smallBytes { try store.compact() }
            return
        }
        var portion = Portion(64, in: 8...4096)
        // Some are left for the rows to come.
        while room.freePages > max(64, (room.pages - room.freePages) / 20) {
            let before = room.pages
            let step = try portion.measure { try store.giveBack(pages: $0) }
            room = try store.room()
            guard room.pages < before else { return }
            try await pause(step.rest)
        }
    }
}
