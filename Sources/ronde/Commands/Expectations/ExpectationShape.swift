import Foundation
import Maintenance

/// How an expectation stands, as JSON.
struct ExpectationShape: Encodable {
    struct Absence: Encodable {
        let from: Date
        let until: Date
    }

    let name: String
    let title: String
    /// `new`, `up`, `started`, `late`, `unheard`, `failed` or `down`.
    let state: String
    /// The state in a sentence.
    let why: String
    /// The schedule and its zone, or `every 1h`.
    let rhythm: String
    let grace: String
    @OrNull var last_ping: Date?
    @OrNull var last_success: Date?
    @OrNull var expected_at: Date?
    @OrNull var deadline: Date?
    @OrNull var since: Date?
    @OrNull var exit_status: Int?
    /// When Ronde was away so that a ping may be lost.
    @OrNull var absence: Absence?

    init(_ expectation: Expectation, _ status: ExpectationStatus, in timeZone: TimeZone) {
        name = expectation.name
        title = expectation.title
        state = status.state.rawValue
        why = status.sentence(in: timeZone)
        rhythm = "\(expectation.rhythm)"
        grace = "\(expectation.grace)"
        last_ping = status.lastPing
        last_success = status.lastSuccess
        expected_at = status.expectedAt
        deadline = status.deadline
        since = status.since
        exit_status = status.exitStatus
        absence = status.absence.map { Absence(from: $0.start, until: $0.end) }
    }
}

/// A ping, as JSON.
struct PingShape: Encodable {
    let at: Date
    /// `success`, `start`, `fail` or `log`.
    let signal: String
    @OrNull var exit_status: Int?
    /// The id that the job gave its run.
    @OrNull var run: String?
    @OrNull var sender: String?
    /// The beginning of what was sent along; bytes that are no text are replaced.
    let body: String
    let body_bytes: Int

    init(_ ping: Ping) {
        at = ping.at
        signal = ping.signal.name
        exit_status = ping.signal.exitStatus
        run = ping.run?.uuidString.lowercased()
        sender = ping.sender
        body = String(decoding: ping.body, as: UTF8.self)
        body_bytes = ping.bodyBytes
    }
}
