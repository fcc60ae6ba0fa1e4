package import ControlledServices
import DurableFiles
import Foundation
import SystemPackage

/// Replaces a service's database as a whole or not at all.
///
/// In this order:
///
/// 1. **Lock**: the database's lock of the runner, so that no task and no other restore works on it. A restore that was
///    cut short is brought to its end first.
/// 2. **Plan again**: it has to be the one that was confirmed.
/// 3. **Stage and check**: the new database is made as `.NAME.restore-ID.new` beside the old one, compared with its
///    manifest, given the old one's journal mode, owner and permissions, and synced. The service still runs: a backup
///    that is no good costs nobody anything.
/// 4. **Stop** the service, and wait until no process has the database open. If one keeps it open, all ends here.
/// 5. **Secure**: a whole database is made self-contained under SQLite's exclusive lock, its WAL written back, its
///    interrupted write rolled back; then a verified safety backup of it is made, and the exclusive lock is taken
///    again. A damaged one is left exactly as it is.
/// 6. **Swap** (see ``Swap``): the old file, and what a damaged one has beside it, becomes `.NAME.restore-ID.old`; one
///    `rename(2)` gives the new file its name. A self-contained old database has nothing beside it by then, so at every
///    instant the name leads to the whole old or the whole new database, even if nobody recovers anything.
/// 7. **Compare**: nobody may still have the old file open, and the new one is read once more under its new name.
/// 8. **Start** the service, look at its health, check the database and count its rows: none of what was restored may
///    be missing.
///
/// Before each step ``RestoreRecord/Phase`` is on the device. Where steps 1 to 6 fail nothing was replaced; where 7 or 8
/// fail the old database gets its name back, with the same ``Swap`` the other way round, and the service is started
/// with it. After a kill ``resume()`` does what the phase says. The old file stays for ``undo``, which is a restore of it.
///
/// What is left: between the release of SQLite's lock on the old file and the start of the service, a program that is
/// not Ronde's could open the new database. Whoever opened the old one before its lock is found by step 7.
package struct RestoreTransaction: Sendable {
    /// What may be set.
    package struct Options: Sendable {
        /// How long processes may keep the database open after the service was told to stop.
        package var stopLimit = Duration.seconds(30)
        /// How long to wait for a task that works on the database.
        package var lockPatience = Duration.zero
        /// Whether tables may have fewer rows than were restored once the service runs, which is then only noted.
        ///
        /// Some services tidy up as they start.
        package var toleratesFewerRows = false

        package init() {}
    }

    let target: RestoreTarget
    let service: any ControlledService
    let health: HealthCheck?
    let tools: RestoreTools
    let options: Options

    /// Only takes notes; `health` is nil where nothing can be asked, and not asked where Ronde does not start the service.
    package init(
        target: RestoreTarget, service: any ControlledService, health: HealthCheck?, tools: RestoreTools,
        options: Options = Options()
    ) {
        self.target = target
        self.service = service
        self.health = health
        self.tools = tools
        self.options = options
    }

    var store: RestoreStore { RestoreStore(folder: target.records) }

    /// Carries out a plan that a person confirmed.
    ///
    /// Cancellation ends it before the swap; from then on it goes on to its end.
    ///
    /// - Parameters:
    ///   - source: that of the plan; ``RestoreSource/replaced`` undoes the last restore.
    ///   - confirmed: the plan's id.
    /// - Returns: that the new database is in place, or that the old one is again and why.
    /// - Throws: ``RestoreError`` and what planning throws; nothing was replaced then, and the service runs if it did.
    ///   Only after ``RestoreError/unresolved(_:target:reason:)`` the restore is still under way.
    @concurrent
    package func run(_ source: RestoreSource, confirmed: String) async throws -> RestoreResult {
        let path = try target.resolved()
        let lock = try await RestoreLock.take(
            target.lock, purpose: "restoring database '\(target.database)' of \(target.service)",
            patience: options.lockPatience)
        defer { lock.release() }
        _ = try await shielded { try await bringToEnd(of: path) }
        let planner = RestorePlanner(target: target, service: service, health: health, tools: tools)
        let plan = try await planner.plan(source)
        guard plan.accepts(confirmed) else { throw RestoreError.otherPlan(confirmed: confirmed, now: plan) }
        let look = try TargetLook.look(at: target)
        var run = RestoreRun(self, try store.begin(plan, at: tools.now()))
        do {
            try run.point("began")
            try await run.prepare(source, look)
            try await run.stop()
            try await run.secureAndSwap()
        } catch let crash as SimulatedCrash {
            throw crash
        } catch {
            let failed = run
            return try await shielded { try await failed.giveUp(error) }
        }
        let swapped = run
        return try await shielded { try await swapped.finish() }
    }

    /// Finishes or undoes restores of this database that were cut short; nothing if there are none.
    ///
    /// Every command that touches backups or databases calls it before its own work, and so does the daemon as it
    /// starts. A restore that is running now is left alone.
    ///
    /// - Throws: ``RestoreError/unresolved(_:target:reason:)`` where a person has to look; `FileError`.
    @concurrent
    package func resume() async throws -> [RestoreResult] {
        let path: FilePath
        do {
            path = try target.resolved()
        } catch RestoreError.folderUnusable {
            // Without its folder there is nothing to bring to an end.
            return []
        }
        guard try !store.unfinished(of: path).isEmpty else { return [] }
        guard let lock = try RestoreLock.attempt(target.lock, purpose: "bringing a restore to its end") else {
            return []
        }
        defer { lock.release() }
        return try await shielded { try await bringToEnd(of: path) }
    }

    private func bringToEnd(of path: FilePath) async throws -> [RestoreResult] {
        var results: [RestoreResult] = []
        for record in try store.unfinished(of: path) {
            var run = RestoreRun(self, record)
            results.append(try await run.resume())
        }
        try store.removeScratch(now: tools.now())
        return results
    }

    /// Runs `body` to its end even if the caller's task is cancelled: half a swap helps nobody.
    private func shielded<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws
        -> Result
    {
        // Not a stray one: its value is awaited right here. Only cancellation does not get in.
        try await Task { try await body() }.value
    }
}
