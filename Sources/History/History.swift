import DurableFiles
package import Foundation
package import Maintenance
package import Reports
package import RunStore
import SystemPackage

/// Keeps the history of runs within its rules.
///
/// What is removed is removed in this order: the run leaves the store, in one transaction with a note that its report is
/// to go; then its folder goes; then the note. So nothing is ever listed that cannot be shown, and what a kill leaves
/// is finished the next time.
package struct History: Sendable {
    let store: RunStore
    let reports: ReportFolder
    package let rules: HistoryRules
    private let lock: FilePath
    private let rest: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - store: the runs and the ledger.
    ///   - reports: the folder of reports.
    ///   - rules: how much is kept.
    ///   - rest: how to wait between two portions of work.
    package init(
        store: RunStore, reports: ReportFolder, rules: HistoryRules,
        rest: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.store = store
        self.reports = reports
        self.rules = rules
        self.rest = rest
        lock = Folder.parent(of: store.path).appending("history.lock")
    }

    /// Applies the rules to all there is, in portions so small that others who write do not notice.
    ///
    /// A daemon calls it after its start and then every hour: the work is done once a day, or when the state database is
    /// too large.
    ///
    /// - Parameters:
    ///   - clock: the clock on the wall.
    ///   - whenDue: whether nothing is done where it was done less than a day ago.
    ///   - confirmsClock: whether a person says that the clock is right; see ``TrustedClock``.
    ///   - shouldStop: asked between portions; what is left is done the next time.
    /// - Returns: what came of it.
    /// - Throws: `RunStoreError`, `ReportError`, `FileError`, and `CancellationError` between two portions.
    @concurrent
    package func apply(
        clock: any WallClock, whenDue: Bool = true, confirmsClock: Bool = false,
        shouldStop: @escaping @Sendable () -> Bool = { false }
    ) async throws -> HistoryOutcome {
        if whenDue, try !isDue(at: clock.now) { return .notDue }
        guard let turn = try FileLock.attempt(lock, .exclusive, purpose: "keeping the history small") else {
            return .busy(FileLock.note(at: lock).map { "\($0)" })
        }
        defer { turn.release() }
        let age = try trustedClock(at: clock.now, confirmed: confirmsClock)
        // Before anything is removed by it: a daemon that is killed again and again must not move it each time.
        try store.keep([.trusted: age.now, .trustedAt: age.wall])
        var work = HistoryWork(history: self, clock: age, shouldStop: shouldStop, rest: rest)
        try await work.run()
        var result = work.result
        if result.isWhole { try store.keep([.applied: age.wall]) }
        let room = try store.room()
        (result.stateBytes, result.freeBytes) = (room.fileBytes, room.freeBytes)
        return .applied(result)
    }

    /// Almost a day, so that a daemon that looks every hour does not come an hour later each day.
    private static let interval: TimeInterval = 20 * 3600

    private func isDue(at now: Date) throws -> Bool {
        guard let applied = try store.note(.applied), applied <= now, now.timeIntervalSince(applied) < Self.interval
        else { return true }
        return try store.room().usedBytes > rules.stateBytes
    }

    /// The clock by which age is measured.
    func trustedClock(at now: Date, confirmed: Bool) throws -> TrustedClock {
        if confirmed { return TrustedClock(confirmed: now) }
        if let noted = try store.note(.trusted), let notedAt = try store.note(.trustedAt) {
            return TrustedClock(noted: noted, notedAt: notedAt, wall: now)
        }
        return TrustedClock(
            quietTimes: try store.quietTimes(longerThan: TrustedClock.longestQuiet, until: now), wall: now)
    }

    /// Gives all free pages of the state database back to the disk; whoever writes waits meanwhile.
    ///
    /// - Returns: by how many bytes the file is smaller.
    /// - Throws: `RunStoreError`.
    package func compact() throws -> Int {
        let before = try store.room().fileBytes
        try store.compact()
        try store.shortenLog()
        return max(0, before - (try store.room().fileBytes))
    }

    /// Compares all report folders with the store, where that was never done; blocks until it is.
    ///
    /// - Parameters:
    ///   - now: the clock on the wall.
    ///   - progress: called now and then with how many runs were entered so far.
    /// - Returns: false where another process does that now.
    /// - Throws: `RunStoreError`, `ReportError`, `FileError`.
    @discardableResult
    package func takeFirstStock(at now: Date, progress: (Int) -> Void = { _ in }) throws -> Bool {
        guard try store.note(.stock) == nil else { return true }
        guard let turn = try FileLock.attempt(lock, .exclusive, purpose: "taking stock of the reports") else {
            return false
        }
        defer { turn.release() }
        var stock = try StockTaking(store: store, reports: reports)
        while try stock.step(500) { progress(stock.adopted) }
        try store.keep([.stock: now])
        return true
    }
}
