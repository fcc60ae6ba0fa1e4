package import Foundation

/// What a ping says.
package enum PingSignal: Hashable, Sendable {
    /// The job has ended well.
    case success
    /// The job has begun.
    case start
    /// The job has ended badly; nil where no exit status was given.
    case failure(exitStatus: Int?)
    /// Nothing but what its body says.
    case log

    /// The signal's name: `success`, `start`, `fail` or `log`.
    package var name: String {
        switch self {
        case .success: "success"
        case .start: "start"
        case .failure: "fail"
        case .log: "log"
        }
    }

    package var exitStatus: Int? {
        if case .failure(let status) = self { status } else { nil }
    }

    /// The signal with this name; nil where there is none.
    package init?(name: String, exitStatus: Int?) {
        switch name {
        case "success": self = .success
        case "start": self = .start
        case "fail": self = .failure(exitStatus: exitStatus)
        case "log": self = .log
        default: return nil
        }
    }
}

/// A ping that came in.
package struct Ping: Hashable, Sendable {
    /// The name of the expectation.
    package var expectation: String
    /// When it came, on Ronde's clock.
    package var at: Date
    package var signal: PingSignal
    /// By which a job tells its runs apart.
    package var run: UUID?
    /// The address it came from; nil where that is not known.
    package var sender: String?
    /// The beginning of what was sent along, at most ``bodyLimit`` bytes.
    package var body: [UInt8]
    /// How long the whole body was, as far as it was read.
    package var bodyBytes: Int

    /// How much of a body is kept, in bytes.
    package static let bodyLimit = 10_000

    /// Takes the ping as it is; a body beyond the limit is cut.
    package init(
        expectation: String, at: Date, signal: PingSignal, run: UUID? = nil, sender: String? = nil, body: [UInt8] = [],
        bodyBytes: Int? = nil
    ) {
        self.expectation = expectation
        self.at = at
        self.signal = signal
        self.run = run
        self.sender = sender
        self.body = Array(body.prefix(Self.bodyLimit))
        self.bodyBytes = bodyBytes ?? body.count
    }
}
