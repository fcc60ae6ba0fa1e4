import Foundation
import Logging
import Maintenance
import RunStore

/// Delivers the messages that wait for one target, one after the other, and records what came of each.
struct Mailroom: Sendable {
    let store: RunStore
    let couriers: any Courier
    let clock: any WallClock
    let log: Logger

    /// That a run began is no news after this time, in seconds.
    private static let startPingAge: TimeInterval = 300

    /// Tries what is due for a target.
    ///
    /// - Throws: `RunStoreError` where it could not be recorded; a message that arrived may then arrive again.
    func serve(_ target: Dispatch.Target, _ settings: NotificationSettings) async throws {
        var postponed: Set<String> = []
        for queued in try store.waitingDispatches(for: target, at: clock.now) {
            if Task.isCancelled { return }
            if case .pings = target, postponed.contains(queued.dispatch.topic) { continue }
            guard let delivery = couriers.delivery(of: queued, settings) else {
                try store.settle(queued, .givenUp(answer: "nobody of this name is configured"), at: clock.now)
                continue
            }
            // Counted before, so that an attempt in which this process is killed counts too.
            guard try store.countAttempt(of: queued) else { continue }
            let result = await delivery()
            let isSettled = try record(result, of: queued, settings)
            if !isSettled { postponed.insert(queued.dispatch.topic) }
        }
    }

    /// Records how an attempt ended; false where the message waits still.
    private func record(
        _ result: DeliveryResult, of queued: QueuedDispatch, _ settings: NotificationSettings
    ) throws -> Bool {
        let now = clock.now
        var facts: Logger.Metadata = [
            "target": "\(queued.dispatch.target.key)", "message": "\(queued.id)", "attempt": "\(queued.attempts + 1)",
        ]
        switch result {
        case .delivered(let answer):
            facts["answer"] = "\(answer)"
            log.info("message delivered", metadata: facts)
            try store.settle(queued, .delivered(answer: answer), at: now)
            return true
        case .partly(let answer, let remaining):
            return try retry(queued, answer, isTemporary: true, remaining, settings, facts, at: now)
        case .failed(let reason, let isTemporary):
            return try retry(queued, reason, isTemporary: isTemporary, nil, settings, facts, at: now)
        }
    }

    private func retry(
        _ queued: QueuedDispatch, _ words: String, isTemporary: Bool, _ remaining: [String]?,
        _ settings: NotificationSettings, _ facts: Logger.Metadata, at now: Date
    ) throws -> Bool {
        var facts = facts
        facts["reason"] = "\(words)"
        let age = now.timeIntervalSince(queued.madeAt)
        guard age < Self.longestAge(of: queued, settings) else {
            log.error("message given up", metadata: facts)
            try store.settle(queued, .givenUp(answer: words), at: now)
            return true
        }
        let wait = Backoff.wait(afterAttempts: queued.attempts + 1, isTemporary: isTemporary)
        facts["again_in"] = "\(TimeSpan(.seconds(wait)))"
        log.warning("message not delivered", metadata: facts)
        let next = now.addingTimeInterval(wait)
        try store.settle(queued, .retry(at: next, answer: words, remaining: remaining), at: now)
        return false
    }

    private static func longestAge(of queued: QueuedDispatch, _ settings: NotificationSettings) -> TimeInterval {
        if case .ping(let ping) = queued.dispatch.content, ping.signal == .start { return startPingAge }
        return settings.giveUpAfter.seconds
    }
}
