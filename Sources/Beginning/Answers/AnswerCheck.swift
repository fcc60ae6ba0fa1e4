import YAMLDocument

/// Says why the configuration would refuse answers, one after the other.
package struct AnswerCheck: Sendable {
    private let trial: Trial
    private let places: InstancePlaces

    package init(trial: Trial, places: InstancePlaces) {
        self.trial = trial
        self.places = places
    }

    /// Why the newest answer will not do; nil where it will.
    ///
    /// The earlier answers were found good, so that every mistake comes from the newest.
    ///
    /// - Throws: `FileError` where it cannot be tried.
    package func refusal(of answers: Answers) throws -> String? {
        guard let mistake = try trial.mistakes(in: StarterFiles(answers, at: places)).first else { return nil }
        guard let suggestion = mistake.suggestion else { return mistake.message }
        return "\(mistake.message); did you mean '\(suggestion)'?"
    }
}
