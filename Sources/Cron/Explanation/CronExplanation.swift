/// What an expression means, in a sentence for people who do not know cron.
package struct CronExplanation: Hashable, Sendable, CustomStringConvertible {
    /// The raw value is the language's code in the configuration.
    package enum Language: String, Hashable, Sendable, CaseIterable {
        case english = "en"
        case french = "fr"
    }

    /// As in "At 02:00 on Sundays." or "À 2 h 00, le dimanche.".
    package let sentence: String
    /// What a reader may not expect of the expression, a sentence each; often none.
    package let cautions: [String]

    /// The sentence.
    package var description: String { sentence }
}

extension CronExpression {
    /// The meaning of the expression in one sentence, and what may surprise in it.
    package func explanation(in language: CronExplanation.Language) -> CronExplanation {
        let time = TimeShape(time)
        let days = DayShape(days)
        return switch language {
        case .english:
            CronExplanation(
                sentence: EnglishSentence(time: time, days: days).text, cautions: cautions.map(\.english))
        case .french:
            CronExplanation(sentence: FrenchSentence(time: time, days: days).text, cautions: cautions.map(\.french))
        }
    }

    private var cautions: [CronCaution] {
        var cautions: [CronCaution] = []
        if !days.needsBoth {
            cautions.append(days.hasEveryDay || days.hasEveryWeekday ? .oneDayFieldIsEverything : .eitherDayField)
        }
        cautions += overlongSteps.map { .overlongStep($0) }
        let missing = days.monthsWithoutAnyDay
        if !missing.isEmpty {
            cautions.append(days.days.first == 29 ? .firesInLeapYearsOnly : .monthsAreLeftOut(missing))
        }
        return cautions
    }
}
