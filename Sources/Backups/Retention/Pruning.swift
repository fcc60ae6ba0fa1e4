import DurableFiles
package import Foundation
import SystemPackage

/// Prunes one folder of one database.
package struct Pruning: Sendable {
    package let request: PruningRequest

    /// Only takes notes; ``plan(now:upcoming:of:)`` and ``execute(now:)`` do the work.
    package init(_ request: PruningRequest) { self.request = request }

    /// The same for a tier whose folder is all there is to know.
    ///
    /// - Parameters:
    ///   - place: the tier and its folder.
    ///   - identity: whose sets; others are not touched.
    ///   - keep: how many days, weeks or months keep their set.
    ///   - timeZone: where days, weeks and months begin.
    ///   - tiersInFolder: all tiers that share the folder; a set that serves another one of them stays.
    package init(
        place: BackupPlace, identity: BackupIdentity, keep: Int, timeZone: TimeZone, tiersInFolder: Set<Tier> = []
    ) {
        let places = tiersInFolder.union([place.tier]).map { BackupPlace(tier: $0, folder: place.folder) }
        self.init(
            PruningRequest(
                identity: identity, target: .tier(place, keep: keep), timeZone: timeZone, places: places))
    }

    /// Says what ``execute(now:)`` would do.
    ///
    /// - Parameters:
    ///   - now: the wall clock.
    ///   - upcoming: when a set will be made that would then be the newest one.
    ///   - inventory: what lies in all folders of ``request``, where that has been read already.
    /// - Returns: what stays and what would go.
    /// - Throws: ``BackupError``, `FileError`.
    package func plan(now: Date, upcoming: Date? = nil, of inventory: BackupInventory? = nil) throws -> PruningPlan {
        let inventory = try inventory ?? BackupInventory.read(request.folders, of: request.identity)
        let folder = request.target.folder
        // The oldest first: of two at one instant retention takes the later given for the newer.
        let sets = Array(
            inventory.sets.filter { $0.set.folder == folder && request.decides(about: $0.set) }.reversed())
        guard let rule = request.rule else {
            return PruningPlan(
                folder: folder, now: now, decisions: sets.reversed().map { PruningDecision(manual: $0) },
                problems: inventory.problems, hold: nil, newest: nil)
        }
        let candidates = sets.map {
            RetentionCandidate(
                instant: $0.instant, isVerified: $0.counts, protection: request.protection(of: $0, at: now),
                whyNot: $0.whyNot)
        }
        let made = upcoming.map { [RetentionCandidate(instant: $0)] } ?? []
        let decisions = try Retention.plan(
            candidates + made, rule: rule, keepAtLeast: request.keepAtLeast, timeZone: request.timeZone, now: now)
        let hold = hold(inventory, now)
        return PruningPlan(
            folder: folder, now: now,
            decisions: decisions.filter { $0.index < sets.count }.map {
                PruningDecision(known: sets[$0.index], decision: $0, isHeld: hold != nil)
            },
            problems: inventory.problems, hold: hold, newest: inventory.sets.first?.instant)
    }

    /// Removes what a plan of this moment says, and nothing where the plan has a hold.
    ///
    /// - Parameter now: the wall clock.
    /// - Returns: the plan that was carried out.
    /// - Throws: ``BackupError``, `FileError`, `CancellationError`; some sets may be gone then, each of them wholly.
    package func execute(now: Date) throws -> PruningPlan { try execute(now: now, expecting: nil) }

    /// Removes what an earlier plan says, if it is still what a plan of now says.
    ///
    /// - Returns: the plan that was carried out.
    /// - Throws: ``BackupError/planChanged(_:)`` before anything is removed; else as ``execute(now:)``.
    package func execute(_ plan: PruningPlan) throws -> PruningPlan { try execute(now: plan.now, expecting: plan) }

    private func execute(now: Date, expecting expected: PruningPlan?) throws -> PruningPlan {
        let folder = request.target.folder
        // A tier that has no set yet.
        guard try FileFacts.of(folder, followingLinks: true) != nil else { return try plan(now: now) }
        return try BackupFolder(path: folder).locked(purpose: "pruning \(request.identity.stem)") {
            let notes = try Interrupted(folder: folder).finish()
            var plan = try plan(now: now)
            plan.notes = notes
            if let expected, plan.removed.map(\.set.name) != expected.removed.map(\.set.name) {
                throw BackupError.planChanged(folder)
            }
            // The oldest first: what is cut short then leaves the better part.
            for decision in plan.removed.reversed() {
                try Task.checkCancellation()
                _ = try SetRemoval(folder: folder).remove(decision.set)
            }
            if plan.hold == nil {
                do { try note(plan, in: folder) } catch {
                    // What was removed is removed; the next pruning only knows less of the clock.
                    plan.notes.append("that it was pruned could not be noted: \(error)")
                }
            }
            return plan
        }
    }

    /// Notes for the next time that the clock was trusted now.
    private func note(_ plan: PruningPlan, in folder: FilePath) throws {
        try FolderRecord.updateLocked(folder) { record in
            record.lastPruned = plan.now.inMilliseconds
            record.newestSeen = plan.newest
        }
    }

    private func hold(_ inventory: BackupInventory, _ now: Date) -> PruningHold? {
        if let hold = inventory.pruningHold { return hold }
        guard !request.confirmsClock else { return nil }
        let record = inventory.records[request.target.folder] ?? FolderRecord()
        let last = inventory.newestVerified.map { $0.set.filePaths.first ?? $0.set.manifestPath }
        return ClockRule(inventory: inventory, record: record, now: now).doubt
            .map { PruningHold(reason: .clock($0), lastGood: last) }
    }
}
