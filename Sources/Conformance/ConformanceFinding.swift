/// What one check of a plugin came to.
package struct ConformanceFinding: Hashable, Sendable {
    package enum Verdict: String, Hashable, Sendable, Codable {
        case passed
        case failed
        /// The check says nothing of this plugin.
        case skipped
    }

    /// One or two words: `exit status`.
    package let check: String
    /// What the contract asks for.
    package let expected: String
    /// What the plugin did, or why it was not asked.
    package let happened: String
    package let verdict: Verdict

    package init(_ check: String, expected: String, happened: String, _ verdict: Verdict) {
        self.check = check
        self.expected = expected
        self.happened = happened
        self.verdict = verdict
    }

    init(_ check: String, expected: String, happened: String, passed: Bool) {
        self.init(check, expected: expected, happened: happened, passed ? .passed : .failed)
    }
}
