import Maintenance
import YAMLDocument

/// Reads a weekly window: `mon-fri 08:00-18:00`, `sat,sun` or `12:00-13:30`.
struct WeeklyText {
    private let text: String

    private static let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    private static let longNames = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

    /// - Throws: a ``ValueFault`` at the first wrong part.
    static func parse(_ text: String) throws -> WeeklyWindow {
        let reader = WeeklyText(text: text)
        let words = text.split { $0 == " " || $0 == "\t" }
        let usage = "write days, hours or both, such as mon-fri 08:00-18:00"
        switch words.count {
        case 1 where words[0].first?.isNumber == true:
            return reader.window(Set(0..<7), try reader.hours(words[0]), words)
        case 1: return reader.window(try reader.days(words[0]), 0..<86_400, words)
        case 2: return reader.window(try reader.days(words[0]), try reader.hours(words[1]), words)
        case 0: throw ValueFault("there is nothing; \(usage)")
        default: throw reader.fault("this is too much; \(usage), without blanks in days or in hours", words[2])
        }
    }

    private func window(_ days: Set<Int>, _ hours: Range<Int>, _ words: [Substring]) -> WeeklyWindow {
        WeeklyWindow(days: days, hours: hours, text: words.joined(separator: " "))
    }

    private func days(_ word: Substring) throws -> Set<Int> {
        var days: Set<Int> = []
        for item in word.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = try item.split(separator: "-", omittingEmptySubsequences: false).map(day)
            guard ends.count <= 2 else { throw fault("\(excerpt(String(item))) is no range such as mon-fri", item) }
            guard let first = ends.first, let last = ends.last else { continue }
            // Over the end of the week where it must: fri-mon.
            days.formUnion((0...(last - first).modulo(7)).map { (first + $0) % 7 })
        }
        return days
    }

    private func day(_ name: Substring) throws -> Int {
        let small = name.lowercased()
        if let day = Self.names.firstIndex(of: small) ?? Self.longNames.firstIndex(of: small) { return day }
        throw fault(
            "\(excerpt(String(name))) is no day of the week; use \(Self.names.joined(separator: ", "))", name,
            suggestion: Suggestion.didYouMean(String(name), among: Self.names + Self.longNames))
    }

    private func hours(_ word: Substring) throws -> Range<Int> {
        let ends = word.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { throw fault("\(excerpt(String(word))) is no hours such as 08:00-18:00", word) }
        let start = try time(ends[0], latest: 86_400 - 60)
        let end = try time(ends[1], latest: 86_400)
        return start..<(end > start ? end : end + 86_400)
    }

    /// Seconds from midnight; 24:00 is the end of the day.
    private func time(_ word: Substring, latest: Int) throws -> Int {
        let parts = word.split(separator: ":", omittingEmptySubsequences: false)
        let isTime = parts.count == 2 && (1...2).contains(parts[0].utf8.count) && parts[1].utf8.count == 2
        guard isTime, let hour = Self.number(parts[0]), let minute = Self.number(parts[1]), minute < 60,
            hour * 3600 + minute * 60 <= latest
        else {
            let last = latest == 86_400 ? "24:00" : "23:59"
            throw fault("\(excerpt(String(word))) is no time from 00:00 to \(last)", word)
        }
        return hour * 3600 + minute * 60
    }

    private static func number(_ digits: Substring) -> Int? {
        digits.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(digits) : nil
    }

    private func fault(_ message: String, _ part: Substring, suggestion: String? = nil) -> ValueFault {
        ValueFault(
            message, offset: text.unicodeScalars.distance(from: text.startIndex, to: part.startIndex),
            suggestion: suggestion)
    }
}
