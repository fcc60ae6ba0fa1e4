package import Foundation

/// Judges an expectation by what was heard, when Ronde was listening, and the time.
///
/// A ping is missing when the time in which it may come has passed and Ronde was listening all the while. Where Ronde
/// was away for a part of that time, the ping may have been lost on us: the state is ``ExpectationState/unheard``, and
/// the next ping decides.
package struct ExpectationJudge {
    private let expectation: Expectation
    private let history: ExpectationHistory
    private let listening: ListeningRecord
    private let now: Date
    private var grace: TimeInterval { expectation.grace.seconds }

    /// - Parameters:
    ///   - expectation: what is expected.
    ///   - history: what was heard.
    ///   - listening: when something could be heard.
    ///   - now: the instant to judge; what lies after it was written by a clock that was ahead, and counts for nothing.
    package init(
        _ expectation: Expectation, _ history: ExpectationHistory, listening: ListeningRecord, now: Date
    ) {
        self.expectation = expectation
        self.history = history.upTo(now)
        self.listening = listening
        self.now = now
    }

    /// A time in which something must be heard.
    private struct Window {
        var start: Date
        var expectedAt: Date?
        var startedAt: Date?
        var deadline: Date
    }

    private enum Verdict {
        case open(Window)
        case missed(Window)
        /// Nothing was heard, but Ronde was away; the later window, if there is one, decides.
        case doubtful(Window, DateInterval, later: Window?)

        var openWindow: Window? { if case .open(let window) = self { window } else { nil } }
        var missedWindow: Window? { if case .missed(let window) = self { window } else { nil } }
    }

    /// How it stands.
    package func status() -> ExpectationStatus {
        let verdicts = [ofRuns(), ofSchedule()].compactMap(\.self)
        var status = ExpectationStatus(name: expectation.name, title: expectation.title, state: .up)
        status.lastPing = history.lastPing
        status.lastSuccess = history.lastSuccess
        status.nextLook = verdicts.compactMap(nextLook).min()
        if let window = verdicts.compactMap(\.missedWindow).min(by: { $0.deadline < $1.deadline }) {
            describe(window, as: .down, &status)
            status.since = window.deadline
        } else if history.hasFailed {
            status.state = .failed
            status.since = history.lastFailure
            status.exitStatus = history.failureStatus
            let next = verdicts.compactMap(\.openWindow).first { $0.expectedAt != nil }
            status.expectedAt = next?.expectedAt
            status.deadline = next?.deadline
        } else {
            describe(verdicts, &status)
        }
        return status
    }

    private func describe(_ verdicts: [Verdict], _ status: inout ExpectationStatus) {
        for case .doubtful(let window, let absence, let later) in verdicts {
            describe(window, as: .unheard, &status)
            status.since = window.deadline
            status.absence = absence
            status.expectedAt = later?.expectedAt ?? window.expectedAt
            return
        }
        let open = verdicts.compactMap(\.openWindow)
        if let run = open.filter({ $0.startedAt != nil }).min(by: { $0.deadline < $1.deadline }) {
            describe(run, as: .started, &status)
        } else if let window = open.first, let expectedAt = window.expectedAt, expectedAt <= now {
            describe(window, as: .late, &status)
        } else {
            status.state = history.lastEnd == nil ? .new : .up
            status.expectedAt = open.first?.expectedAt
            status.deadline = open.first?.deadline
        }
    }

    private func describe(_ window: Window, as state: ExpectationState, _ status: inout ExpectationStatus) {
        status.state = state
        status.expectedAt = window.expectedAt
        status.startedAt = window.startedAt
        status.deadline = window.deadline
    }

    private func nextLook(_ verdict: Verdict) -> Date? {
        switch verdict {
        case .missed: nil
        case .doubtful(_, _, let later): later?.deadline
        case .open(let window): window.expectedAt.flatMap { $0 > now ? $0 : nil } ?? window.deadline
        }
    }

    // MARK: The rhythm

    /// The first window that was missed for sure, else the one that is open; nil where no ping is expected any more.
    private func ofSchedule() -> Verdict? {
        var doubt: (window: Window, absence: DateInterval)?
        var next = firstExpected()
        while let expectedAt = next {
            let window = window(expectedAt)
            guard window.deadline <= now else {
                return doubt.map { .doubtful($0.window, $0.absence, later: window) } ?? .open(window)
            }
            let absences = listening.absences(from: window.start, to: window.deadline)
            guard let last = absences.last else { return .missed(window) }
            doubt = (window, longest(absences, at: window))
            // What was due meanwhile is in doubt as well: the next to decide is expected after the absence.
            next = expectation.rhythm.next(after: max(wholeAbsence(last, from: window).end, expectedAt))
        }
        return doubt.map { .doubtful($0.window, $0.absence, later: nil) }
    }

    /// A ping shortly before an expected instant was the one for it.
    private func firstExpected() -> Date? {
        guard let end = history.lastEnd, end >= history.watchedSince else {
            return expectation.rhythm.next(after: history.watchedSince)
        }
        guard let next = expectation.rhythm.next(after: end) else { return nil }
        if case .every = expectation.rhythm { return next }
        let early = expectation.rhythm.earliness(of: next, grace: expectation.grace)
        return next.timeIntervalSince(end) <= early ? expectation.rhythm.next(after: next) : next
    }

    private func window(_ expectedAt: Date) -> Window {
        let start = expectedAt.addingTimeInterval(
            -expectation.rhythm.earliness(of: expectedAt, grace: expectation.grace))
        var deadline = expectedAt.addingTimeInterval(grace)
        // A run that began in time has its own time to end.
        for run in history.openRuns where start...deadline ~= run.startedAt {
            deadline = max(deadline, run.startedAt.addingTimeInterval(grace))
        }
        return Window(start: start, expectedAt: expectedAt, deadline: deadline)
    }

    // MARK: Runs

    /// The oldest run that began and has not ended.
    private func ofRuns() -> Verdict? {
        // A job whose later run ended goes on; the end of the older one was lost.
        let runs = history.openRuns.filter { run in
            history.lastEnd.map { $0 <= run.startedAt.addingTimeInterval(grace) } ?? true
        }
        guard let run = runs.min(by: { $0.startedAt < $1.startedAt }) else { return nil }
        let window = Window(
            start: run.startedAt, startedAt: run.startedAt, deadline: run.startedAt.addingTimeInterval(grace))
        guard window.deadline <= now else { return .open(window) }
        let absences = listening.absences(from: window.start, to: window.deadline)
        return absences.isEmpty ? .missed(window) : .doubtful(window, longest(absences, at: window), later: nil)
    }

    // MARK: Absences

    private func longest(_ absences: [DateInterval], at window: Window) -> DateInterval {
        let longest = absences.max { $0.duration < $1.duration }
        return wholeAbsence(longest ?? DateInterval(start: window.start, duration: 0), from: window)
    }

    /// The whole of an absence of which only the part in a window was found.
    private func wholeAbsence(_ part: DateInterval, from window: Window) -> DateInterval {
        let whole = listening.absences(from: min(history.watchedSince, part.start), to: max(now, part.end))
        return whole.first { $0.intersects(part) && $0.duration > 0 } ?? part
    }
}
