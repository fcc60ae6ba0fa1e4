package import Foundation

/// A message to people, as it is queued and as programs get it.
package struct Notice: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case failure, change, recovery, missed, overdue, configuration
        /// An alert goes on.
        case reminder
        /// Several at once, which were held in quiet hours or are due together.
        case summary
        /// It only shows that the channel works.
        case test
    }

    /// One alert of the notice.
    package struct Item: Hashable, Sendable, Codable {
        package var kind: Kind
        package var subject: AlertSubject.Kind
        /// The checklist or expectation.
        package var name: String
        package var title: String
        package var service: String?
        package var outcome: Outcome
        /// What people were told before; nil where that is nothing.
        package var was: Outcome?
        package var since: Date
        /// Failures in a row.
        package var failures: Int
        package var run: RunIdentifier?
        package var findings: [AlertFacts.Finding]

        package init(
            kind: Kind, subject: AlertSubject.Kind, name: String, title: String, service: String?, outcome: Outcome,
            was: Outcome?, since: Date, failures: Int, run: RunIdentifier?, findings: [AlertFacts.Finding]
        ) {
            self.kind = kind
            self.subject = subject
            self.name = name
            self.title = title
            self.service = service
            self.outcome = outcome
            self.was = was
            self.since = since
            self.failures = failures
            self.run = run
            self.findings = findings
        }

        /// Written by hand so that what is absent is `null`: programs read a fixed shape.
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(kind, forKey: .kind)
            try container.encode(subject, forKey: .subject)
            try container.encode(name, forKey: .name)
            try container.encode(title, forKey: .title)
            try container.encode(service, forKey: .service)
            try container.encode(outcome, forKey: .outcome)
            try container.encode(was, forKey: .was)
            try container.encode(since, forKey: .since)
            try container.encode(failures, forKey: .failures)
            try container.encode(run, forKey: .run)
            try container.encode(findings, forKey: .findings)
        }
    }

    /// A name that no other notice has.
    package var id: String
    package var kind: Kind
    package var rule: String
    /// By which notices of one alert are put together.
    package var thread: String
    /// Whether it is the first of its thread.
    package var opensThread: Bool
    package var host: String
    package var at: Date
    /// The most severe outcome that it tells of; ok for a recovery.
    package var outcome: Outcome
    /// One line.
    package var subject: String
    /// Lines for people.
    package var text: String
    package var items: [Item]

    package init(
        id: String, kind: Kind, rule: String, thread: String, opensThread: Bool, host: String, at: Date,
        outcome: Outcome, subject: String, text: String, items: [Item]
    ) {
        self.id = id
        self.kind = kind
        self.rule = rule
        self.thread = thread
        self.opensThread = opensThread
        self.host = host
        self.at = at
        self.outcome = outcome
        self.subject = subject
        self.text = text
        self.items = items
    }

    package enum CodingKeys: String, CodingKey {
        case id = "notice"
        case kind, rule, thread
        case opensThread = "opens_thread"
        case host, at, outcome, subject, text
        case items = "alerts"
    }
}

/// What a dead-man's switch is told of a run.
package struct OutgoingPing: Hashable, Sendable, Codable {
    package enum Signal: Hashable, Sendable, Codable {
        case start, success, failure
        case status(Int32)
    }

    package var signal: Signal
    package var run: RunIdentifier
    /// The same for all pings of a run, in the form of a UUID.
    package var runKey: String
    /// A few lines for people.
    package var text: String

    package init(signal: Signal, run: RunIdentifier, runKey: String, text: String) {
        self.signal = signal
        self.run = run
        self.runKey = runKey
        self.text = text
    }
}
