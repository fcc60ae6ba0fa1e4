package import Foundation

/// What the pings of an expectation come to so far: all that its state depends on, however many there were.
package struct ExpectationHistory: Hashable, Sendable, Codable {
    /// A run of the job that began and whose end was not heard.
    package struct OpenRun: Hashable, Sendable, Codable {
        package var run: UUID?
        package var startedAt: Date

        package enum CodingKeys: String, CodingKey {
            case run
            case startedAt = "started_at"
        }
    }

    /// Since when pings are expected in this rhythm.
    package var watchedSince: Date
    /// The last ping of any kind.
    package var lastPing: Date?
    package var lastSuccess: Date?
    package var lastFailure: Date?
    /// The exit status that the last failure gave.
    package var failureStatus: Int?
    /// Oldest first.
    package var openRuns: [OpenRun] = []
    /// When it was noticed that the clock had been set back behind some of this; nil while nothing lies ahead.
    package var setBackAt: Date?

    /// More runs at once than a job has; the oldest are forgotten.
    private static let mostOpenRuns = 32

    /// A history without pings.
    package init(watchedSince: Date) { self.watchedSince = watchedSince }

    package enum CodingKeys: String, CodingKey {
        case watchedSince = "watched_since"
        case lastPing = "last_ping"
        case lastSuccess = "last_success"
        case lastFailure = "last_failure"
        case failureStatus = "failure_status"
        case openRuns = "open_runs"
        case setBackAt = "set_back_at"
    }

    /// Takes a ping in.
    package mutating func take(_ ping: Ping) {
        // By a ping the clock is known: what a wrong one wrote must not count when its time comes.
        if let date = lastSuccess, Self.isAhead(date, of: ping.at) { lastSuccess = nil }
        if let date = lastFailure, Self.isAhead(date, of: ping.at) { lastFailure = nil }
        openRuns.removeAll { Self.isAhead($0.startedAt, of: ping.at) }
        lastPing = ping.at
        switch ping.signal {
        case .log: break
        case .start:
            openRuns.removeAll { $0.run == ping.run }
            openRuns.append(OpenRun(run: ping.run, startedAt: ping.at))
            openRuns.removeFirst(max(0, openRuns.count - Self.mostOpenRuns))
        case .success:
            lastSuccess = ping.at
            close(ping.run)
        case .failure(let exitStatus):
            lastFailure = ping.at
            failureStatus = exitStatus
            close(ping.run)
        }
    }

    /// An end without an id ends whatever began.
    private mutating func close(_ run: UUID?) {
        if let run { openRuns.removeAll { $0.run == run } } else { openRuns = [] }
    }

    /// The last ping by which a run of the job ended, well or not.
    package var lastEnd: Date? { [lastSuccess, lastFailure].compactMap(\.self).max() }

    /// Whether the job's last end was a failure.
    package var hasFailed: Bool {
        guard let lastFailure else { return false }
        return lastSuccess.map { $0 < lastFailure } ?? true
    }

    // MARK: A clock that is set back

    /// The history without what lies after an instant: a clock that was ahead wrote it.
    ///
    /// It must neither keep the expectation quiet until that time comes again, nor count twice. What is known again
    /// begins where the clock was set back.
    package func upTo(_ now: Date) -> ExpectationHistory {
        func past(_ date: Date?) -> Date? { date.flatMap { $0 <= now ? $0 : nil } }
        var history = self
        history.watchedSince = past(watchedSince) ?? .distantPast
        if isAhead(of: now) || watchedSince > now {
            history.watchedSince = max(history.watchedSince, min(setBackAt ?? now, now))
        }
        history.lastPing = past(lastPing)
        history.lastSuccess = past(lastSuccess)
        history.lastFailure = past(lastFailure)
        history.openRuns = openRuns.filter { $0.startedAt <= now }
        return history
    }

    /// Notes that the clock was set back behind some of this, or that it is right again.
    ///
    /// Nothing is removed: the clock may be wrong only now, as it is on a machine that boots without one.
    ///
    /// - Returns: whether that was to be noted.
    package mutating func align(to now: Date) -> Bool {
        let noted = setBackAt
        if isAhead(of: now) {
            if noted.map({ $0 > now }) ?? true { setBackAt = now }
        } else {
            setBackAt = nil
        }
        return setBackAt != noted
    }

    private func isAhead(of now: Date) -> Bool {
        let all = [watchedSince, lastPing, lastSuccess, lastFailure].compactMap(\.self) + openRuns.map(\.startedAt)
        return all.contains { Self.isAhead($0, of: now) }
    }

    /// So far ahead that only a clock which was set back explains it.
    private static func isAhead(_ date: Date, of now: Date) -> Bool { date > now.addingTimeInterval(5) }
}
