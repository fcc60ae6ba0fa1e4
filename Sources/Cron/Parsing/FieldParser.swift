/// One item of a field's list.
enum CronItem: Hashable {
    case values(ClosedRange<Int>, step: Int)
    case lastDay
    /// The last day of the month from Monday to Friday.
    case lastWorkday
    case lastWeekday(Int)
    case weekday(Int, ordinal: Int)
}

/// Reads one field: a comma list of `*`, values, ranges, steps and the forms of the two day fields.
struct FieldParser {
    let field: CronField

    /// The items as written.
    ///
    /// - Throws: ``CronSyntaxError`` pointing at the first wrong part.
    func items(of word: CronText) throws(CronSyntaxError) -> [CronItem] {
        var items: [CronItem] = []
        for item in word.split(at: ",") { items.append(try self.item(item)) }
        return items
    }

    private func item(_ text: CronText) throws(CronSyntaxError) -> CronItem {
        guard !text.scalars.isEmpty else { throw text.error(field, .emptyItem) }
        if field == .dayOfMonth {
            if text.upperCased == "L" { return .lastDay }
            if text.upperCased == "LW" { return .lastWorkday }
        }
        if field == .dayOfWeek {
            if text.scalars.contains("#") { return try ordinalWeekday(text) }
            if let last = lastWeekday(text) { return last }
        }
        return try steppedValues(text)
    }

    private func steppedValues(_ text: CronText) throws(CronSyntaxError) -> CronItem {
        let parts = text.split(at: "/")
        let range = try self.range(parts[0], whole: text)
        guard parts.count > 1 else { return .values(range, step: 1) }
        guard parts.count == 2 else { throw text.error(field, .notAValue(remedy: "one step is enough")) }
        guard let step = parts[1].number, step > 0, step < .max else {
            throw (parts[1].scalars.isEmpty ? text : parts[1]).error(field, .notAStep)
        }
        guard parts[0].scalars.contains("*") || parts[0].scalars.contains("-") else {
            let end = field == .dayOfWeek ? 6 : field.range.upperBound
            let remedy = "\(range.lowerBound)-\(max(end, range.lowerBound))/\(step)"
            throw text.error(field, .stepWithoutRange(remedy: remedy))
        }
        return .values(range, step: step)
    }

    private func range(_ text: CronText, whole: CronText) throws(CronSyntaxError) -> ClosedRange<Int> {
        if text.string == "*" { return field.range }
        let ends = text.split(at: "-")
        switch ends.count {
        case 1:
            let value = try value(text, whole: whole)
            return value...value
        case 2 where !ends[0].scalars.isEmpty && !ends[1].scalars.isEmpty:
            let first = try value(ends[0], whole: whole)
            let last = try value(ends[1], whole: whole)
            guard first <= last else {
                throw text.error(field, .backwardRange(remedy: forwards(from: first, to: last)))
            }
            return first...last
        default:
            throw whole.error(field, .notAValue(remedy: remedy(for: whole)))
        }
    }

    /// The same values as a range that wraps around: `22-2` is `22-23,0-2`, and `FRI-SUN` is `5-7`.
    private func forwards(from first: Int, to last: Int) -> String {
        func span(_ low: Int, _ high: Int) -> String { low == high ? "\(low)" : "\(low)-\(high)" }
        if field == .dayOfWeek, last == 0 { return span(first, 7) }
        if field == .dayOfWeek, first == 7 { return span(0, last) }
        let highest = field == .dayOfWeek ? 6 : field.range.upperBound
        return "\(span(first, highest)),\(span(field.range.lowerBound, last))"
    }

    private func value(_ text: CronText, whole: CronText) throws(CronSyntaxError) -> Int {
        if let number = text.number {
            guard field.range.contains(number) else { throw text.error(field, .outOfRange(field.range)) }
            return number
        }
        if let index = field.names.firstIndex(of: text.upperCased) { return field.range.lowerBound + index }
        let shown = text.scalars.isEmpty ? whole : text
        throw shown.error(field, .notAValue(remedy: remedy(for: shown)))
    }

    private func ordinalWeekday(_ text: CronText) throws(CronSyntaxError) -> CronItem {
        let parts = text.split(at: "#")
        guard parts.count == 2 else { throw text.error(field, .notAValue(remedy: nil)) }
        let weekday = try value(parts[0], whole: text) % 7
        guard let ordinal = parts[1].number, (1...5).contains(ordinal) else {
            throw (parts[1].scalars.isEmpty ? text : parts[1]).error(field, .notAnOrdinal)
        }
        return .weekday(weekday, ordinal: ordinal)
    }

    /// `5L`; cronsim, whose forms these are, takes no names here.
    private func lastWeekday(_ text: CronText) -> CronItem? {
        guard text.scalars.count > 1, text.scalars.last == "L" || text.scalars.last == "l",
            let weekday = CronText(text.scalars.dropLast()).number, field.range.contains(weekday)
        else { return nil }
        return .lastWeekday(weekday % 7)
    }

    private func remedy(for text: CronText) -> String? {
        let word = text.upperCased
        if word == "?" { return "write *" }
        if text.scalars.contains("*") { return "a star stands alone or before a step, as in */5" }
        let isLong = field.names.contains { !$0.isEmpty && word.hasPrefix($0) && word.count > 3 }
        guard field == .dayOfWeek else { return isLong ? "names have three letters" : nil }
        if word == "L" { return "write for example 5L for the last Friday of the month" }
        if let day = field.names.firstIndex(where: { word == $0 + "L" }) { return "write \(day)L" }
        return isLong ? "names have three letters" : nil
    }
}
