import DurableFiles
import Foundation
package import Logging
package import Maintenance
package import RunStore
import ServiceLifecycle
package import SystemPackage

/// Keeps the notifier up with the news and delivers its messages, until shutdown.
///
/// Each channel is served on its own: one that is slow or gone holds up no other. Of several processes of one state
/// folder only one delivers at a time.
package struct DeliveryService: ServiceLifecycle.Service {
    private let notifier: Notifier
    private let store: RunStore
    private let couriers: any Courier
    private let lock: FilePath
    private let clock: any WallClock
    private let log: Logger

    /// However the clock was set, news and messages are looked at after this time that really passed.
    private static let longestNap = Duration.seconds(30)
    /// How long messages that are under way at shutdown may still take.
    private static let farewell = Duration.seconds(10)

    /// Processes that would deliver take turns by the file `lock`.
    package init(
        notifier: Notifier, store: RunStore, couriers: any Courier, lock: FilePath,
        clock: any WallClock = SystemWallClock(), log: Logger
    ) {
        self.notifier = notifier
        self.store = store
        self.couriers = couriers
        self.lock = lock
        self.clock = clock
        self.log = log
    }

    private enum Step: Sendable {
        case woke
        case served(Dispatch.Target)
        case timeIsUp
    }

    /// Runs until shutdown; what is due then is tried once more, within ten seconds.
    package func run() async throws {
        await withTaskGroup(of: Step.self) { steps in
            var busy: Set<Dispatch.Target> = []
            var turn: FileLock?
            var isStopping = false
            defer { turn?.release() }
            serveDue(&steps, &busy, &turn)
            steps.addTask { [due = nextDue(busy)] in await nap(until: due) }
            while let step = await steps.next() {
                switch step {
                case .timeIsUp:
                    steps.cancelAll()
                    return
                case .served(let target):
                    busy.remove(target)
                    if isStopping, busy.isEmpty { return steps.cancelAll() }
                    // What came for it meanwhile is due now.
                    if !isStopping { notifier.bell.ring() }
                case .woke:
                    serveDue(&steps, &busy, &turn)
                    guard Task.isCancelled || Task.isShuttingDownGracefully else {
                        steps.addTask { [due = nextDue(busy)] in await nap(until: due) }
                        continue
                    }
                    isStopping = true
                    if busy.isEmpty || Task.isCancelled { return steps.cancelAll() }
                    steps.addTask {
                        // Cut short where the messages are sooner done.
                        try? await Task.sleep(for: Self.farewell)
                        return .timeIsUp
                    }
                }
            }
        }
    }

    /// Reads the news and delivers what is due, once; for a process that does not stay.
    ///
    /// - Parameter limit: how long it may take.
    package func runOnce(limit: Duration = .seconds(10)) async {
        await withTaskGroup(of: Step.self) { steps in
            var busy: Set<Dispatch.Target> = []
            var turn: FileLock?
            defer { turn?.release() }
            serveDue(&steps, &busy, &turn)
            steps.addTask {
                // Cut short where the messages are sooner done.
                try? await Task.sleep(for: limit)
                return .timeIsUp
            }
            while !busy.isEmpty, case .served(let target) = await steps.next() { busy.remove(target) }
            steps.cancelAll()
        }
    }

    /// Begins to serve each target for which something is due and which is not served yet.
    private func serveDue(
        _ steps: inout TaskGroup<Step>, _ busy: inout Set<Dispatch.Target>, _ turn: inout FileLock?
    ) {
        do {
            try notifier.keepUp()
            guard takeTurn(&turn) else { return }
            let (settings, now) = (notifier.settings, clock.now)
            let mailroom = Mailroom(store: store, couriers: couriers, clock: clock, log: log)
            for (target, due) in try store.waitingTargets(at: now) where due <= now && !busy.contains(target) {
                busy.insert(target)
                steps.addTask {
                    do {
                        try await mailroom.serve(target, settings)
                    } catch {
                        log.error("a delivery cannot be recorded", metadata: ["reason": "\(error)"])
                        // The message waits still: not to be sent again and again while nothing can be recorded.
                        try? await Task.sleep(for: Self.longestNap)
                    }
                    return .served(target)
                }
            }
        } catch {
            // Runs and firings are recorded or stop the daemon; news that cannot be read wait for the next time.
            log.error("notifications cannot be looked after", metadata: ["reason": "\(error)"])
        }
    }

    /// Whether this process delivers; a lock that cannot be made is as good as none.
    private func takeTurn(_ turn: inout FileLock?) -> Bool {
        if turn != nil { return true }
        do {
            try Folder.create(Folder.parent(of: lock))
            turn = try FileLock.attempt(lock, .exclusive, purpose: "delivering notifications")
        } catch {
            log.warning("no turn to deliver can be taken", metadata: ["reason": "\(error)"])
            return true
        }
        return turn != nil
    }

    /// When there is something to do next, as far as is known.
    private func nextDue(_ busy: Set<Dispatch.Target>) -> Date {
        do {
            let now = clock.now
            let targets = try store.waitingTargets(at: now).lazy.filter { !busy.contains($0.target) }.map(\.due)
            let look = try store.nextAlertLook(at: now)
            // Not at once, where what is due could not be done: another process may have the turn.
            return max([look, targets.min()].compactMap(\.self).min() ?? .distantFuture, now.addingTimeInterval(1))
        } catch {
            return .distantFuture
        }
    }

    /// Waits until `due`, until the bell rings, for half a minute or until shutdown.
    private func nap(until due: Date) async -> Step {
        // Only the wait is cut short; what ended it makes no difference.
        try? await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await clock.sleep(until: due) }
                group.addTask { try await Task.sleep(for: Self.longestNap) }
                group.addTask { await notifier.bell.wait() }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
        return .woke
    }
}
