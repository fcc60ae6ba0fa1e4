import Foundation
import Testing

@testable import Maintenance

@Suite("What is told of an expectation")
struct ExpectationEventTests {
    private static let now = Watch.at(100)

    private func status(_ state: ExpectationState, success: Double? = nil) -> ExpectationStatus {
        var status = ExpectationStatus(name: "nas", title: "NAS", state: state)
        status.lastSuccess = success.map(Watch.at)
        status.since = Watch.at(90)
        return status
    }

    @Test(
        "each change is told once, and it is back only with a success",
        arguments: [
            (.new, .down, .overdue), (.up, .down, .overdue), (.down, .down, nil), (.failed, .down, .overdue),
            (.unheard, .down, .overdue), (.up, .failed, .failed), (.down, .failed, .failed), (.failed, .failed, nil),
            (.up, .unheard, .unheard), (.unheard, .unheard, nil), (.down, .unheard, nil), (.failed, .unheard, nil),
            (.up, .late, nil), (.up, .started, nil), (.new, .up, nil), (.up, .up, nil),
        ] as [(ExpectationState, ExpectationState, ExpectationEvent.Kind?)])
    func table(_ reported: ExpectationState, _ state: ExpectationState, _ kind: ExpectationEvent.Kind?) {
        let event = ExpectationEvent(after: .init(state: reported, at: Watch.at(50)), status(state), now: Self.now)
        #expect(event?.kind == kind)
        #expect(event == nil || event?.reported.state == state)
        #expect(event == nil || event?.since == Watch.at(90))
    }

    @Test("back", arguments: [ExpectationState.down, .failed, .unheard])
    func back(_ reported: ExpectationState) {
        let told = ExpectationEvent.Reported(state: reported, at: Watch.at(50))
        for state in [ExpectationState.up, .late, .started] {
            let event = ExpectationEvent(after: told, status(state, success: 60), now: Self.now)
            #expect(event?.kind == .back && event?.since == Watch.at(50))
            #expect(event?.reported == .init(state: .up, at: Self.now))
            #expect(ExpectationEvent(after: told, status(state, success: 40), now: Self.now) == nil)
            #expect(ExpectationEvent(after: told, status(state), now: Self.now) == nil)
        }
    }
}

@Suite("When Ronde was listening")
struct ListeningRecordTests {
    private func absences(_ spans: [(Double, Double)], from: Double, to: Double, now: Double = 1000) -> [[Double]] {
        let record = ListeningRecord(
            spans.map { .init(since: Watch.at($0.0), until: Watch.at($0.1)) }, now: Watch.at(now))
        return record.absences(from: Watch.at(from), to: Watch.at(to)).map { absence in
            [absence.start, absence.end].map { $0.timeIntervalSince(Watch.midnight) / 3600 }
        }
    }

    @Test("absences are what no span covers, in any order of overlapping spans")
    func gaps() {
        #expect(absences([(0, 10)], from: 1, to: 9) == [])
        #expect(absences([(0, 10)], from: 0, to: 10) == [])
        #expect(absences([], from: 1, to: 2) == [[1, 2]])
        #expect(absences([(5, 10), (0, 3)], from: 1, to: 12) == [[3, 5], [10, 12]])
        #expect(absences([(0, 6), (5, 10), (2, 3)], from: 1, to: 9) == [])
        #expect(absences([(20, 30)], from: 1, to: 9) == [[1, 9]])
        #expect(absences([(3, 4)], from: 3.5, to: 3.5) == [])
    }

    @Test("the newest span goes on until now where it was seen open shortly before; older ones do not")
    func patience() {
        let now = 10 + 80.0 / 3600
        #expect(absences([(0, 10)], from: 9, to: now, now: now) == [])
        #expect(absences([(0, 10)], from: 9, to: 11, now: 11) == [[10, 11]])
        let back = 10 + 70.0 / 3600
        #expect(absences([(0, 10), (back, back)], from: 9, to: now, now: now) == [[10, back]])
    }

    @Test("spans of a clock that was ahead count for nothing")
    func ahead() { #expect(absences([(500, 600)], from: 1, to: 2, now: 3) == [[1, 2]]) }
}
