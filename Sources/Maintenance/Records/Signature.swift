package import Foundation

/// That a person did, or refused, what a waiting task asked for.
package struct Signature: Hashable, Sendable, Codable {
    /// The account that signed.
    package var by: String
    package var at: Date
    package var host: String
    /// False where it was not done, or not approved.
    package var isGiven: Bool
    package var note: String?
    /// Texts and numbers as they were given, by name; files are artifacts of the task.
    package var evidence: [String: String]

    package init(
        by: String, at: Date, host: String, isGiven: Bool = true, note: String? = nil, evidence: [String: String] = [:]
    ) {
        self.by = by
        self.at = at
        self.host = host
        self.isGiven = isGiven
        self.note = note
        self.evidence = evidence
    }

    package enum CodingKeys: String, CodingKey {
        case by, at, host, note, evidence
        case isGiven = "given"
    }
}
