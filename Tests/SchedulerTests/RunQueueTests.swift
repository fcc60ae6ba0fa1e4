import Foundation
import Maintenance
import Testing

@testable import Scheduler

/// Places that all checklists share.
struct RunQueueTests {
    private let noon = Date(timeIntervalSince1970: 1_800_000_000)

    private func claim(_ name: String, _ minute: Int = 0) -> Claim {
        Claim(
            firing: FiringRecord(
                checklist: name, nominalTime: noon.addingTimeInterval(Double(minute) * 60), state: .running,
                reason: nil, run: nil), trigger: .schedule, checklist: checklist(name, nil), runner: StubRunner())
    }

    private func words(_ steps: [RunQueue.Step]) -> [String] {
        steps.map { step in
            switch step {
            case .start(let claim): "start \(claim.firing.checklist)\(minute(claim))"
            case .stop(let claim, _, _): "stop \(claim.firing.checklist)\(minute(claim))"
            case .skip(let claim, _): "skip \(claim.firing.checklist)\(minute(claim))"
            }
        }
    }

    private func minute(_ claim: Claim) -> Int { Int(claim.firing.nominalTime.timeIntervalSince(noon) / 60) }

    private func arrive(_ queue: inout RunQueue, _ claims: [Claim], _ policy: OverlapPolicy = .skip) -> [String] {
        words(queue.arrive(claims, policy) { "\($0.firing.nominalTime)" })
    }

    @Test("those that find no place wait in the order in which they came")
    func places() {
        var queue = RunQueue(places: 2)
        let claims = ["a", "b", "c", "d"].map { claim($0) }
        #expect(claims.flatMap { arrive(&queue, [$0]) } == ["start a0", "start b0"])
        #expect(words(queue.end(claims[1])) == ["start c0"])
        #expect(words(queue.end(claims[0])) == ["start d0"])
        #expect(words(queue.end(claims[2])).isEmpty && words(queue.end(claims[3])).isEmpty)
        #expect(queue.running == 0 && queue.line.isEmpty)
    }

    @Test("what a checklist lets wait has a place only after its own turn has come")
    func turnsFirst() {
        var queue = RunQueue(places: 1)
        let (first, second, other) = (claim("a", 0), claim("a", 1), claim("b"))
        #expect(arrive(&queue, [first, second], .queueAll) == ["start a0"])
        #expect(arrive(&queue, [other]).isEmpty)
        #expect(words(queue.end(first)) == ["start b0"])
        #expect(words(queue.end(other)) == ["start a1"])
    }

    @Test("one that is to end before it had a place is skipped, and its successor takes its turn")
    func replacedInLine() {
        var queue = RunQueue(places: 1)
        #expect(arrive(&queue, [claim("b")]) == ["start b0"])
        #expect(arrive(&queue, [claim("a", 0)], .cancelRunning).isEmpty)
        #expect(arrive(&queue, [claim("a", 1)], .cancelRunning) == ["skip a0"])
        #expect(words(queue.end(claim("b"))) == ["start a1"])
    }

    @Test("at the end those that wait are told, each once")
    func closing() {
        var queue = RunQueue(places: 1)
        _ = arrive(&queue, [claim("a", 0), claim("a", 1)], .queueAll)
        _ = arrive(&queue, [claim("b")])
        #expect(queue.close().map { "\($0.firing.checklist)\(minute($0))" } == ["b0", "a1"])
        #expect(queue.close().isEmpty)
        #expect(words(queue.end(claim("a", 0))).isEmpty)
    }
}
