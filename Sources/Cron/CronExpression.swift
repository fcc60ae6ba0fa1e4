/// A cron expression that is well-formed and matches at least one day of the calendar.
///
/// Five fields (minute, hour, day of month, month, day of week) or an alias such as `@daily`, as in Debian's
/// crontab(5), and from cronsim the forms `L`, `LW`, `5L` and `MON#2`.
package struct CronExpression: Hashable, Sendable, CustomStringConvertible {
    /// The text that was parsed, as it was written.
    package let source: String
    /// Whether the minute or hour field begins with `*`.
    ///
    /// Such a job follows the wall clock: it does nothing in a skipped hour and fires in both passes of a repeated
    /// one. Any other job is fixed-time. The rule is that of Debian's cron (`MIN_STAR`, `HR_STAR`).
    package let isWildcard: Bool

    let time: TimeRule
    let days: DayRule
    /// Steps that leave only the first value of their field.
    let overlongSteps: [OverlongStep]

    struct OverlongStep: Hashable, Sendable {
        let field: CronField, step: Int, only: Int
    }

    /// The text that was parsed.
    package var description: String { source }

    /// Reads five fields, separated by blanks or tabs, or one alias.
    ///
    /// - Throws: ``CronSyntaxError`` for the first field that is wrong, or if the expression could never fire.
    package init(parsing text: String) throws(CronSyntaxError) {
        let whole = CronText(text)
        let words = try Self.fields(of: whole)
        var items: [[CronItem]] = []
        for (field, word) in zip(CronField.written, words) {
            items.append(try FieldParser(field: field).items(of: word))
        }
        source = text
        time = TimeRule(minutes: items[0], hours: items[1])
        isWildcard = words[0].scalars.first == "*" || words[1].scalars.first == "*"
        days = DayRule(
            daysOfMonth: items[2], months: items[3], daysOfWeek: items[4],
            needsBoth: words[2].scalars.first == "*" || words[4].scalars.first == "*")
        overlongSteps = zip(CronField.written, items).flatMap(Self.overlongSteps)
        if let reason = days.reasonForNeverMatching {
            throw words[2].error(.dayOfMonth, .neverFires(reason))
        }
    }

    private static func fields(of whole: CronText) throws(CronSyntaxError) -> [CronText] {
        let words = whole.words
        guard let first = words.first else { throw whole.error(.count, .empty) }
        if first.scalars.first == "@" {
            let expression = try CronAlias.expression(for: first)
            guard words.count == 1 else { throw words[1].error(.alias, .aliasNotAlone) }
            return CronText(expression).words
        }
        guard words.count <= 5 else {
            throw CronText(whole.scalars[words[5].offset...]).error(.count, .wrongCount(words.count))
        }
        guard words.count == 5 else { throw whole.error(.count, .wrongCount(words.count)) }
        return words
    }

    private static func overlongSteps(in field: CronField, _ items: [CronItem]) -> [OverlongStep] {
        // In a list it is the idiom that makes both day fields count, as in `*/100,1-7`.
        guard items.count == 1, case .values(let range, let step) = items[0], range.count > 1,
            step > range.upperBound - range.lowerBound
        else { return [] }
        return [OverlongStep(field: field, step: step, only: range.lowerBound)]
    }
}
