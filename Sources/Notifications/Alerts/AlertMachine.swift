package import Foundation
package import Maintenance

/// What people are told of one alert, and when: pure rules, which know neither channels nor the store.
package struct AlertMachine: Sendable {
    /// What was seen.
    package struct Observation: Hashable, Sendable {
        package var outcome: Outcome
        /// Whether it counts as a failure.
        package var isFailing: Bool
        /// The tasks that fail, by name.
        package var tasks: [String: Outcome]
        /// When it happened, where that is not now.
        package var at: Date?

        package init(_ outcome: Outcome, isFailing: Bool, tasks: [String: Outcome] = [:], at: Date? = nil) {
            self.outcome = outcome
            self.isFailing = isFailing
            self.tasks = tasks
            self.at = at
        }
    }

    /// What people are told now.
    package enum Telling: Hashable, Sendable {
        case failure
        case change(from: Outcome)
        /// The outcome is as before, but these tasks were not told of, or are worse than told.
        case spread(tasks: [String])
        case recovery(from: Outcome)
        case reminder
    }

    /// What follows from an event.
    package struct Step: Hashable, Sendable {
        /// Nil where there is nothing more to be known of the alert.
        package var state: AlertState?
        package var telling: Telling?
        /// When there may be something to tell though nothing new happens.
        package var nextLook: Date?
    }

    private let rule: NoticeRule
    private let kind: AlertSubject.Kind

    package init(_ rule: NoticeRule, _ kind: AlertSubject.Kind) {
        self.rule = rule
        self.kind = kind
    }

    /// Something was seen; `state` is what was known, nil where nothing was wrong.
    ///
    /// An alert that begins gets `thread` for its name.
    package func observe(
        _ seen: Observation, _ state: AlertState?, at now: Date, thread: @autoclosure () -> String
    ) -> Step {
        guard var state else {
            guard seen.isFailing else { return Step() }
            return settle(
                AlertState(outcome: seen.outcome, since: seen.at ?? now, tasks: seen.tasks, thread: thread()), at: now)
        }
        if state.outcome != seen.outcome || !seen.isFailing { state.acknowledgement = nil }
        if seen.isFailing {
            state.failures = state.isFailing ? state.failures + 1 : 1
            if !state.isFailing { state.since = seen.at ?? now }
        }
        state.tasks = seen.isFailing ? seen.tasks : [:]
        (state.outcome, state.isFailing) = (seen.outcome, seen.isFailing)
        if !Self.untold(state).isEmpty { state.acknowledgement = nil }
        return settle(state, at: now)
    }

    /// Time has passed.
    package func look(_ state: AlertState, at now: Date) -> Step { settle(state, at: now) }

    /// A person knows of it: nothing more is told until it changes or is over.
    package func acknowledge(_ state: AlertState, _ acknowledgement: Acknowledgement) -> Step {
        var state = state
        guard state.isFailing else { return settle(state, at: acknowledgement.at) }
        let note = acknowledgement.note ?? state.acknowledgement?.note
        state.acknowledgement = Acknowledgement(at: acknowledgement.at, note: note)
        Self.noteTold(&state)
        return settle(state, at: acknowledgement.at)
    }

    // MARK: Rules

    private func settle(_ given: AlertState, at now: Date) -> Step {
        var state = given
        // Under a clock that was set back nothing was told in the future.
        state.lastTold = state.lastTold.map { min($0, now) }
        state.since = min(state.since, now)
        guard state.isFailing else { return settleEnd(state, at: now) }
        guard state.failures >= threshold || state.told != nil else { return Step(state: state) }
        if let telling = untoldTelling(state) {
            guard wants(telling) else {
                Self.noteTold(&state)
                return Step(state: state, nextLook: reminder(state))
            }
            return tell(telling, state, at: now)
        }
        guard let due = reminder(state), due <= now else { return Step(state: state, nextLook: reminder(state)) }
        return tell(.reminder, state, at: now)
    }

    private func settleEnd(_ state: AlertState, at now: Date) -> Step {
        // Of what nobody knew nobody needs to know the end.
        guard let told = state.told, rule.events.contains(.recovery) else { return Step() }
        if let end = quietEnd(told, at: now) { return Step(state: state, nextLook: end) }
        return Step(telling: .recovery(from: told))
    }

    private func tell(_ telling: Telling, _ given: AlertState, at now: Date) -> Step {
        if let end = quietEnd(given.outcome, at: now) { return Step(state: given, nextLook: end) }
        var state = given
        Self.noteTold(&state)
        state.lastTold = now
        return Step(state: state, telling: telling, nextLook: reminder(state))
    }

    /// Only runs fail in a row; all else is wrong or not.
    private var threshold: Int { kind == .run ? rule.after : 1 }

    private func untoldTelling(_ state: AlertState) -> Telling? {
        guard let told = state.told else { return .failure }
        guard told == state.outcome else { return .change(from: told) }
        let tasks = Self.untold(state)
        return tasks.isEmpty ? nil : .spread(tasks: tasks)
    }

    /// The tasks that people do not know of, or only in a better state; none where they know of nothing.
    private static func untold(_ state: AlertState) -> [String] {
        guard state.told != nil else { return [] }
        return state.tasks.filter { task, outcome in (state.toldTasks[task]?.severity ?? -1) < outcome.severity }
            .keys.sorted()
    }

    private static func noteTold(_ state: inout AlertState) {
        state.told = state.outcome
        state.toldTasks.merge(state.tasks) { $0.severity < $1.severity ? $1 : $0 }
    }

    private func wants(_ telling: Telling) -> Bool {
        switch (kind, telling) {
        case (_, .reminder), (_, .recovery): true
        case (.run, .failure): rule.events.contains(.failure)
        case (.run, .change), (.run, .spread): rule.events.contains(.change)
        case (.missed, _): rule.events.contains(.missed) || rule.events.contains(.skipped)
        case (.expectation, _): rule.events.contains(.overdue)
        case (.configuration, _): rule.events.contains(.configuration)
        }
    }

    private func reminder(_ state: AlertState) -> Date? {
        guard let repeats = rule.repeats, let last = state.lastTold, state.acknowledgement == nil else { return nil }
        return last.addingTimeInterval(repeats.seconds)
    }

    /// When the quiet hours end that keep this from being told now; nil where none do.
    private func quietEnd(_ outcome: Outcome, at now: Date) -> Date? {
        guard let quiet = rule.quiet, !quiet.except.contains(outcome), quiet.contains(now) else { return nil }
        return quiet.end(after: now)
    }
}
