package import Foundation

/// What an alert is about.
package struct AlertSubject: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// How the runs of a checklist end.
        case run
        /// That firings of a checklist do not come to a run.
        case missed
        /// A ping that is expected from outside.
        case expectation
        /// The configuration that the daemon watches.
        case configuration
    }

    package var kind: Kind
    /// The checklist or expectation.
    package var name: String

    package init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    package static let configuration = AlertSubject(.configuration, "configuration")

    /// The name under which it is stored, as in `run:weekly`.
    package var key: String { "\(kind.rawValue):\(name)" }

    /// The checklist that it is of; nil where it is of none.
    package var checklist: String? { kind == .run || kind == .missed ? name : nil }
}

/// That a person knows of an alert and wants to hear of it again only when it changes.
package struct Acknowledgement: Hashable, Sendable, Codable {
    package var at: Date
    package var note: String?

    package init(at: Date, note: String?) {
        self.at = at
        self.note = note
    }
}

/// How an alert stands, and what people were told of it.
package struct AlertState: Hashable, Sendable, Codable {
    /// What was seen last.
    package var outcome: Outcome
    /// Whether that counts as a failure.
    package var isFailing: Bool
    /// Since when it fails; where it does no more, since when it had.
    package var since: Date
    /// How many failures in a row.
    package var failures: Int
    /// What people were told last, or need not be told; nil before.
    package var told: Outcome?
    /// When; nil where they were not told but need not be.
    package var lastTold: Date?
    package var acknowledgement: Acknowledgement?
    /// The tasks that fail, by name.
    package var tasks: [String: Outcome]
    /// The worst of each task that people were told, or need not be told, since the alert began.
    package var toldTasks: [String: Outcome]
    /// A name of its own, by which its messages are put together.
    package var thread: String

    package init(
        outcome: Outcome, isFailing: Bool = true, since: Date, failures: Int = 1, told: Outcome? = nil,
        lastTold: Date? = nil, acknowledgement: Acknowledgement? = nil, tasks: [String: Outcome] = [:],
        toldTasks: [String: Outcome] = [:], thread: String
    ) {
        self.outcome = outcome
        self.isFailing = isFailing
        self.since = since
        self.failures = failures
        self.told = told
        self.lastTold = lastTold
        self.acknowledgement = acknowledgement
        self.tasks = tasks
        self.toldTasks = toldTasks
        self.thread = thread
    }

    package enum CodingKeys: String, CodingKey {
        case outcome
        case isFailing = "is_failing"
        case since, failures, told
        case lastTold = "last_told"
        case acknowledgement, tasks
        case toldTasks = "told_tasks"
        case thread
    }
}

/// What is known of the latest occurrence of an alert, for the words of its notices.
package struct AlertFacts: Hashable, Sendable, Codable {
    /// One thing that is wrong, such as a failed task.
    package struct Finding: Hashable, Sendable, Codable {
        package var name: String
        package var outcome: Outcome
        package var summary: String

        package init(name: String, outcome: Outcome, summary: String) {
            self.name = name
            self.outcome = outcome
            self.summary = summary
        }
    }

    package var title: String
    package var service: String?
    package var run: RunIdentifier?
    package var at: Date
    package var findings: [Finding]
    /// How many findings there are beyond those that are kept.
    package var omitted: Int
    /// Sentences of their own.
    package var remarks: [String]

    package init(
        title: String, service: String? = nil, run: RunIdentifier? = nil, at: Date, findings: [Finding] = [],
        omitted: Int = 0, remarks: [String] = []
    ) {
        self.title = title
        self.service = service
        self.run = run
        self.at = at
        self.findings = findings
        self.omitted = omitted
        self.remarks = remarks
    }
}

/// One thing that is wrong, or whose end is still to be told, as one rule sees it.
package struct Alert: Hashable, Sendable {
    package var rule: String
    package var subject: AlertSubject
    package var state: AlertState
    package var facts: AlertFacts

    package init(rule: String, subject: AlertSubject, state: AlertState, facts: AlertFacts) {
        self.rule = rule
        self.subject = subject
        self.state = state
        self.facts = facts
    }
}
