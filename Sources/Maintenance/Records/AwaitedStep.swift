package import Foundation

/// What a task that ended `waiting` asks of a person.
///
/// On the wire: `{"kind":"step","instructions":"…","by":["jane"],"due_at":"2026-11-24T02:00:00+01:00",
/// "not_by_starter":false,"evidence":[{"name":"serial","kind":"text","description":"…","required":true}]}`; only
/// `instructions` must be there.
package struct AwaitedStep: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable {
        /// Something that is to be done.
        case step
        /// A question to be answered with yes or no.
        case approval
    }

    package var kind: Kind
    /// What to do, or the question.
    package var instructions: String
    /// The accounts that may sign; empty for any.
    package var by: [String]
    /// When it should have been done; later it is told as critical.
    package var dueAt: Date?
    /// Whether whoever started the run may not sign.
    package var isNotForStarter: Bool
    package var evidence: [RequestedEvidence]

    package init(
        kind: Kind = .step, instructions: String, by: [String] = [], dueAt: Date? = nil, isNotForStarter: Bool = false,
        evidence: [RequestedEvidence] = []
    ) {
        self.kind = kind
        self.instructions = instructions
        self.by = by
        self.dueAt = dueAt
        self.isNotForStarter = isNotForStarter
        self.evidence = evidence
    }

    package enum CodingKeys: String, CodingKey {
        case kind, instructions, by, evidence
        case dueAt = "due_at"
        case isNotForStarter = "not_by_starter"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            kind: try container.decodeIfPresent(Kind.self, forKey: .kind) ?? .step,
            instructions: try container.decode(String.self, forKey: .instructions),
            by: try container.decodeIfPresent([String].self, forKey: .by) ?? [],
            dueAt: try container.decodeIfPresent(Date.self, forKey: .dueAt),
            isNotForStarter: try container.decodeIfPresent(Bool.self, forKey: .isNotForStarter) ?? false,
            evidence: try container.decodeIfPresent([RequestedEvidence].self, forKey: .evidence) ?? [])
    }

    /// Whether it should have been done by now.
    package func isOverdue(at now: Date) -> Bool { dueAt.map { $0 < now } ?? false }
}

/// Something that whoever signs a step is to give with it.
package struct RequestedEvidence: Hashable, Sendable, Codable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case text
        case number
        case file
    }

    package var name: String
    package var kind: Kind
    package var description: String
    package var isRequired: Bool
    /// Of a number; its symbol, such as `B`, `s` or `%`.
    package var unit: String
    /// By which a number is judged.
    package var warning: MeasurementRange?
    package var critical: MeasurementRange?

    package init(
        name: String, kind: Kind = .text, description: String = "", isRequired: Bool = true, unit: String = "",
        warning: MeasurementRange? = nil, critical: MeasurementRange? = nil
    ) {
        self.name = name
        self.kind = kind
        self.description = description
        self.isRequired = isRequired
        self.unit = unit
        self.warning = warning
        self.critical = critical
    }

    package enum CodingKeys: String, CodingKey {
        case name, kind, description, unit, warning, critical
        case isRequired = "required"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            name: try container.decode(String.self, forKey: .name),
            kind: try container.decodeIfPresent(Kind.self, forKey: .kind) ?? .text,
            description: try container.decodeIfPresent(String.self, forKey: .description) ?? "",
            isRequired: try container.decodeIfPresent(Bool.self, forKey: .isRequired) ?? true,
            unit: try container.decodeIfPresent(String.self, forKey: .unit) ?? "",
            warning: try container.decodeIfPresent(MeasurementRange.self, forKey: .warning),
            critical: try container.decodeIfPresent(MeasurementRange.self, forKey: .critical))
    }
}
