import Maintenance
import YAMLDocument

/// Reads those parts of an RRULE that speak of days.
///
/// Any other part is a mistake, so that no event is repeated on wrong days.
struct RecurrenceReader {
    private let line: ContentLine
    private let start: CalendarTime
    private var parts: [String: Substring] = [:]

    private static let known = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTH", "BYMONTHDAY", "WKST"]
    private static let unsupported: Set = [
        "BYSETPOS", "BYWEEKNO", "BYYEARDAY", "BYHOUR", "BYMINUTE", "BYSECOND", "RSCALE", "SKIP",
    ]
    private static let weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

    /// - Throws: the first part that is wrong or not supported.
    init(_ line: ContentLine, start: CalendarTime) throws(YAMLMistake) {
        self.line = line
        self.start = start
        for part in line.value.split(separator: ";") {
            guard let equals = part.firstIndex(of: "=") else {
                throw line.mistake("\(excerpt(String(part))) is no part of a rule such as FREQ=YEARLY", at: part)
            }
            let name = part[..<equals].uppercased()
            guard Self.known.contains(name) else {
                throw Self.unsupported.contains(name)
                    ? line.mistake("\(name) is not supported; write the rule's days as dates, with 'RDATE'", at: part)
                    : line.mistake(
                        "unknown part \(excerpt(name)) of a rule", at: part,
                        suggestion: Suggestion.didYouMean(name, among: Self.known))
            }
            guard parts.updateValue(part[part.index(after: equals)...], forKey: name) == nil else {
                throw line.mistake("\(name) is given twice", at: part)
            }
        }
    }

    /// The rule; `budget` is how many days may be looked at to follow COUNT.
    func read(budget: inout Int) throws(YAMLMistake) -> Recurrence {
        var rule = Recurrence(frequency: try frequency(), first: start.reading.floored(by: 86_400))
        rule.interval = try number("INTERVAL", in: 1...10_000) ?? 1
        rule.months = Set(try numbers("BYMONTH", in: 1...12))
        rule.monthDays = Set(try numbers("BYMONTHDAY", in: -31...31))
        var weekdays: Set<Recurrence.Weekday> = []  // each once, however often a hostile rule names it
        for text in list("BYDAY") { weekdays.insert(try weekday(text, rule.frequency)) }
        rule.weekdays = weekdays.sorted { ($0.day, $0.ordinal) < ($1.day, $1.ordinal) }
        if let text = parts["WKST"] {
            guard let day = Self.weekdays.firstIndex(of: text.uppercased()) else {
                throw line.mistake("WKST is a day such as MO", at: text)
            }
            rule.weekStart = day
        }
        if let text = parts["BYMONTHDAY"], rule.frequency == .weekly {
            throw line.mistake("a weekly rule has no BYMONTHDAY", at: text)
        }
        guard rule.contains(rule.first) else {
            throw line.mistake(
                "the rule leaves out the day of 'DTSTART', and calendars differ in what that means; "
                    + "begin on a day of the rule")
        }
        rule.last = try last(of: rule, &budget)
        return rule
    }

    // MARK: Parts

    private func frequency() throws(YAMLMistake) -> Recurrence.Frequency {
        guard let text = parts["FREQ"] else { throw line.mistake("the rule has no FREQ, such as FREQ=YEARLY") }
        let names = Recurrence.Frequency.allCases.map(\.rawValue)
        if let frequency = Recurrence.Frequency(rawValue: text.uppercased()) { return frequency }
        throw line.mistake(
            "FREQ cannot be \(excerpt(String(text))); supported: \(names.joined(separator: ", "))", at: text,
            suggestion: Suggestion.didYouMean(String(text), among: names))
    }

    private func number(_ name: String, in range: ClosedRange<Int>) throws(YAMLMistake) -> Int? {
        let numbers = try numbers(name, in: range)
        guard numbers.count <= 1 else { throw line.mistake("\(name) is one number", at: parts[name]) }
        return numbers.first
    }

    private func numbers(_ name: String, in range: ClosedRange<Int>) throws(YAMLMistake) -> [Int] {
        try list(name).map { (text) throws(YAMLMistake) in
            guard let number = Int(text), range.contains(number), number != 0 else {
                let zero = range.contains(0) ? ", and not 0" : ""
                throw line.mistake(
                    "\(name): \(excerpt(String(text))) is no number from \(range.lowerBound) to \(range.upperBound)\(zero)",
                    at: text)
            }
            return number
        }
    }

    private func list(_ name: String) -> [Substring] {
        parts[name].map { $0.split(separator: ",", omittingEmptySubsequences: false) } ?? []
    }

    private func weekday(
        _ text: Substring, _ frequency: Recurrence.Frequency
    ) throws(YAMLMistake) -> Recurrence.Weekday {
        let count = text.dropLast(2)
        let ordinal = count.isEmpty ? 0 : Int(count)
        guard let day = Self.weekdays.firstIndex(of: text.suffix(2).uppercased()), let ordinal,
            count.isEmpty || (1...53).contains(ordinal.magnitude)
        else { throw line.mistake("BYDAY: \(excerpt(String(text))) is no day such as MO, 2TU or -1SU", at: text) }
        if ordinal != 0, frequency == .daily || frequency == .weekly {
            throw line.mistake("only a monthly or yearly rule counts days, such as \(excerpt(String(text)))", at: text)
        }
        return Recurrence.Weekday(day: day, ordinal: ordinal)
    }

    // MARK: The end

    private func last(of rule: Recurrence, _ budget: inout Int) throws(YAMLMistake) -> Int? {
        if let count = try number("COUNT", in: 1...1_000_000) {
            guard parts["UNTIL"] == nil else { throw line.mistake("a rule has COUNT or UNTIL, not both") }
            let last = rule.day(ofOccurrence: count, budget: &budget)
            guard budget >= 0 else {
                throw line.mistake("COUNT takes too long to follow; give UNTIL instead", at: parts["COUNT"])
            }
            return last
        }
        guard let text = parts["UNTIL"] else { return nil }
        let until = try CalendarTimeReader.time(text, nil, line)
        let last = try lastDay(until, text, rule)
        guard last >= rule.first else { throw line.mistake("UNTIL is before 'DTSTART'", at: text) }
        return last
    }

    /// The last day on which an occurrence begins no later than UNTIL says.
    private func lastDay(
        _ until: CalendarTime, _ text: Substring, _ rule: Recurrence
    ) throws(YAMLMistake) -> Int {
        switch (start, until) {
        case (.day, .day(let day)): return day
        case (.day, .zoned(let reading, _)):
            // Not by the standard, yet common: it will do where it means the same in every zone.
            let day = reading.floored(by: 86_400)
            let hour = reading.modulo(86_400) / 3600
            let isClear = !(rule.contains(day) && hour < 13) && !(rule.contains(day + 1) && hour >= 10)
            if isClear { return day }
        case (.local(let first), .local(let reading)): return Self.day(first, reading)
        case (.zoned(let first, _), .zoned):
            if let reading = until.reading(likeThatOf: start) { return Self.day(first, reading) }
        default: break
        }
        let wanted =
            switch start {
            case .day: "a date, such as 20261231"
            case .local: "a time without a zone, such as 20261231T235959"
            case .zoned: "a time in UTC, such as 20261231T225959Z"
            }
        throw line.mistake("UNTIL must be \(wanted), because 'DTSTART' is \(start.sort)", at: text)
    }

    private static func day(_ first: Int, _ until: Int) -> Int {
        let isInTime = until.modulo(86_400) >= first.modulo(86_400)
        return until.floored(by: 86_400) - (isInTime ? 0 : 1)
    }
}
