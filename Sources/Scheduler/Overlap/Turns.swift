import Foundation
import Maintenance

/// Which firings of one checklist run, and which wait for their turn.
///
/// A value without a clock, a lock or a runner: whoever holds it carries out the steps that it gives. Firings come in the
/// order of their nominal times, live and late ones alike.
struct Turns<Claim: Sendable>: Sendable {
    /// What is to be done now, in this order.
    enum Step: Sendable {
        case start(Claim)
        /// Ends a run that goes on; it is told by ``end(_:)`` when it has ended.
        case stop(Claim, reason: String, kills: Bool)
        case skip(Claim, reason: String)
    }

    var policy: OverlapPolicy
    /// What says which firing a claim is of, for reasons in words.
    let name: @Sendable (Claim) -> String
    /// Tells claims apart.
    let key: @Sendable (Claim) -> Date
    private(set) var running: [Claim] = []
    private(set) var waiting: [Claim] = []
    var isEmpty: Bool { running.isEmpty && waiting.isEmpty }

    init(
        _ policy: OverlapPolicy, key: @escaping @Sendable (Claim) -> Date,
        name: @escaping @Sendable (Claim) -> String
    ) {
        self.policy = policy
        self.key = key
        self.name = name
    }

    /// A firing is due.
    mutating func arrive(_ claim: Claim) -> [Step] {
        guard let current = running.last else { return start(claim) }
        switch OverlapRule.decide(policy, isRunning: true, isWaiting: !waiting.isEmpty) {
        case .run: return start(claim)
        case .wait:
            waiting.append(claim)
            return []
        case .skip:
            let why =
                waiting.isEmpty ? "had not ended" : "had not ended, and that of \(waiting.map(name)[0]) waited for it"
            return [.skip(claim, reason: "overlap: the run of \(name(current)) \(why)")]
        case .replace(let kills):
            let displaced = waiting.map {
                Step.skip($0, reason: "overlap: the firing of \(name(claim)) took its place")
            }
            waiting = [claim]
            let reason = "the firing of \(name(claim)) took its place"
            return displaced + running.map { .stop($0, reason: reason, kills: kills) }
        }
    }

    /// A run has ended.
    mutating func end(_ claim: Claim) -> [Step] {
        running.removeAll { key($0) == key(claim) }
        guard running.isEmpty, !waiting.isEmpty else { return [] }
        return start(waiting.removeFirst())
    }

    /// Nothing further is to start: those that wait, the oldest first.
    mutating func close() -> [Claim] {
        defer { waiting = [] }
        return waiting
    }

    private mutating func start(_ claim: Claim) -> [Step] {
        running.append(claim)
        return [.start(claim)]
    }
}
