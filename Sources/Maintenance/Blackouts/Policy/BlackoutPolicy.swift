package import Foundation

/// At which times a checklist does not run, and what becomes of firings at such times.
package struct BlackoutPolicy: Hashable, Sendable {
    /// What becomes of a firing in a window.
    package enum Choice: String, Sendable, CaseIterable {
        /// It is not run.
        case skip
        /// It is run so early that the run ends before the window.
        case before
        /// It is run when the window ends.
        case after
    }

    package var windows: [BlackoutWindow]
    package var then: Choice
    /// The absolute paths of the calendars that windows were read from.
    package var calendarFiles: [String]

    package init(windows: [BlackoutWindow], then: Choice = .skip, calendarFiles: [String] = []) {
        self.windows = windows
        self.then = then
        self.calendarFiles = calendarFiles
    }

    /// How far from a firing the end of a blackout is looked for, in seconds: 400 days.
    package static let furthest: TimeInterval = 400 * 86_400

    /// The blackout that an instant is in; nil where the checklist may run then.
    ///
    /// Windows are read on the clocks of `timeZone`, as they show: 02:00-03:00 is no time at all in the night that skips
    /// that hour, and two hours in the night that repeats it. No instant before 1901 or after 2200 is in a blackout.
    package func interval(containing instant: Date, in timeZone: TimeZone) -> Blackout? {
        search(in: timeZone).blackout(at: instant)
    }

    /// The blackouts, by start, that have a part in the time from `start` until `end`, which is not included.
    ///
    /// The work grows with the length of that time: ask for days or months of it.
    package func blackouts(from start: Date, until end: Date, in timeZone: TimeZone) -> [Blackout] {
        search(in: timeZone).blackouts(from: start, until: end)
    }

    /// What becomes of a firing.
    ///
    /// - Parameters:
    ///   - nominal: its nominal time.
    ///   - leadTime: the longest that a run takes, in seconds; with ``Choice/before`` so much time, and at least a
    ///     second, is free of blackouts from the new time on. It may be in the past when the firing is learnt of.
    ///   - timeZone: the zone of the schedule.
    /// - Returns: `skipped` with each choice where no such time is found within ``furthest``.
    package func decide(nominal: Date, leadTime: TimeInterval, in timeZone: TimeZone) -> Shift {
        let search = search(in: timeZone)
        guard let blackout = search.blackout(at: nominal) else { return .run(at: nominal) }
        switch then {
        case .skip: return .skipped(blackout)
        case .after: return blackout.isEndless ? .skipped(blackout) : .shifted(to: blackout.end, blackout)
        case .before:
            return search.latestStart(before: blackout, of: nominal, leadTime: leadTime)
                .map { .shifted(to: $0, blackout) } ?? .skipped(blackout)
        }
    }

    private func search(in timeZone: TimeZone) -> BlackoutSearch {
        BlackoutSearch(windows: windows, zone: .shared(for: timeZone))
    }
}
