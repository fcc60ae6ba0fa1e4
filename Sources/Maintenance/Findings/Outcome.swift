/// How a task or a run ended, after the Nagios plugin convention.
package enum Outcome: String, Codable, Sendable, CaseIterable {
    case ok
    case warning
    case critical
    case unknown
    /// Not attempted: something it needs failed, or the run was stopped before it began.
    case skipped
    /// A person is to act before the run can go on.
    case waiting

    /// The exit status by which programs learn of this outcome: 0, 1, 2 or 3.
    package var exitStatus: Int32 {
        switch self {
        case .ok, .skipped, .waiting: 0
        case .warning: 1
        case .critical: 2
        case .unknown: 3
        }
    }

    /// The outcome that a plugin's exit status stands for; anything but 0 to 3 is ``unknown``.
    package init(exitStatus: Int32) {
        switch exitStatus {
        case 0: self = .ok
        case 1: self = .warning
        case 2: self = .critical
        default: self = .unknown
        }
    }

    /// Whether a task that needs this one may run.
    package var allowsDependents: Bool { self == .ok || self == .warning }

    /// Rank for choosing what to show first: the higher, the more it wants a person's eye.
    package var severity: Int {
        switch self {
        case .critical: 5
        case .unknown: 4
        case .warning: 3
        case .waiting: 2
        case .skipped: 1
        case .ok: 0
        }
    }
}

extension Sequence<Outcome> {
    /// The outcome of a run made of these: the most severe, where a skipped task counts as nothing.
    ///
    /// A task is skipped because another one failed, and that other one already says so.
    package var worst: Outcome {
        filter { $0 != .skipped }.max { $0.severity < $1.severity } ?? .ok
    }
}
