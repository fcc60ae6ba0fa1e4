import DequeModule
import Foundation
import Maintenance

/// Which claimed firings run, across all checklists: each by its overlap policy, and no more than so many at once.
///
/// A value: whoever holds it carries out the steps that it gives. Where all places are taken, firings wait in the order
/// in which they came.
struct RunQueue: Sendable {
    typealias Step = Turns<Claim>.Step

    /// How many run at once, at least 1.
    var places: Int
    private(set) var running = 0
    /// Those whose turn it is in their checklist and that have no place yet.
    private(set) var line: Deque<Claim> = []
    /// Of the checklists that have something running or waiting.
    private var turns: [String: Turns<Claim>] = [:]

    init(places: Int) { self.places = max(places, 1) }

    /// Firings of one checklist are due, in the order of their nominal times.
    mutating func arrive(
        _ claims: [Claim], _ policy: OverlapPolicy, name: @escaping @Sendable (Claim) -> String
    ) -> [Step] {
        guard let newest = claims.last else { return [] }
        let checklist = newest.firing.checklist
        var turn = turns[checklist] ?? Turns<Claim>(policy, key: \.firing.nominalTime, name: name)
        turn.policy = policy
        defer { if turn.isEmpty { turns[checklist] = nil } else { turns[checklist] = turn } }
        switch policy {
        case .cancelRunning, .killRunning:
            // Of those that come together the newest would end the others at once.
            let reason = "overlap: the firing of \(name(newest)) took its place"
            return claims.dropLast().map { .skip($0, reason: reason) } + admit(turn.arrive(newest), &turn)
        case .skip, .queueOne, .queueAll, .allow:
            return claims.flatMap { admit(turn.arrive($0), &turn) }
        }
    }

    /// A run that was started has ended.
    mutating func end(_ claim: Claim) -> [Step] {
        running -= 1
        let checklist = claim.firing.checklist
        guard var turn = turns[checklist] else { return seat() }
        let steps = admit(turn.end(claim), &turn)
        turns[checklist] = turn.isEmpty ? nil : turn
        return steps
    }

    /// Nothing further is to start: those that wait, the oldest of each checklist first.
    mutating func close() -> [Claim] {
        var waiting = Array(line)
        line = []
        for checklist in turns.keys.sorted() { waiting += turns[checklist]?.close() ?? [] }
        return waiting
    }

    /// Puts those whose turn it is in line, and takes those out of it that are to end before they had a place.
    private mutating func admit(_ steps: [Step], _ turn: inout Turns<Claim>) -> [Step] {
        var admitted: [Step] = []
        for step in steps {
            switch step {
            case .start(let claim): line.append(claim)
            case .skip: admitted.append(step)
            case .stop(let claim, let reason, _):
                guard let index = line.firstIndex(where: { $0.firing == claim.firing }) else {
                    admitted.append(step)
                    continue
                }
                line.remove(at: index)
                admitted.append(.skip(claim, reason: "overlap: \(reason)"))
                admitted += admit(turn.end(claim), &turn)
            }
        }
        return admitted + seat()
    }

    /// Gives places to those in line, as far as there are any.
    private mutating func seat() -> [Step] {
        var seated: [Step] = []
        while running < places, let next = line.popFirst() {
            running += 1
            seated.append(.start(next))
        }
        return seated
    }
}
