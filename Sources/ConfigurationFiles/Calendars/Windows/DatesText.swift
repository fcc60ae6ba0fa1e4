import Maintenance
import YAMLDocument

/// Reads whole days: `2026-12-24`, `2026-12-24..2027-01-02`, or of every year `12-25` and `12-24..01-02`.
struct DatesText {
    private let text: String

    private enum End {
        case day(Int)
        case yearly(DateWindow.YearlyDate)
    }

    /// - Throws: a ``ValueFault`` at the first wrong part.
    static func parse(_ text: String) throws -> DateWindow {
        let reader = DatesText(text: text)
        let dots = text.firstRange(of: "..")
        let first = try reader.end(text[..<(dots?.lowerBound ?? text.endIndex)])
        guard let dots else {
            switch first {
            case .day(let day): return DateWindow(days: .once(day...day), text: text)
            case .yearly(let date): return DateWindow(days: .yearly(date, date), text: text)
            }
        }
        let rest = text[dots.upperBound...]
        switch (first, try reader.end(rest)) {
        case (.day(let start), .day(let end)):
            guard start <= end else { throw reader.fault("the range ends before it begins", rest) }
            return DateWindow(days: .once(start...end), text: text)
        case (.yearly(let start), .yearly(let end)):
            return DateWindow(days: .yearly(start, end), text: text)
        default: throw reader.fault("both dates of a range have a year, or neither has", rest)
        }
    }

    private func end(_ part: Substring) throws -> End {
        let numbers = part.split(separator: "-", omittingEmptySubsequences: false)
        let isPlain = numbers.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
        let lengths = numbers.map(\.utf8.count)
        let values = numbers.compactMap { Int($0) }
        guard isPlain, lengths == [4, 2, 2] || lengths == [2, 2] else {
            throw fault(
                "\(excerpt(String(part))) is no date; write 2026-12-24, 12-24 for every year, "
                    + "or a range such as 2026-12-24..2027-01-02", part)
        }
        let year = lengths.count == 3 ? values[0] : 2000  // a leap year: 02-29 is a date of some years
        let (month, day) = (values[values.count - 2], values[values.count - 1])
        guard let date = CalendarDay(year: year, month: month, day: day) else {
            throw fault("the calendar has no day \(part)", part)
        }
        return lengths.count == 3 ? .day(date.number) : .yearly(DateWindow.YearlyDate(month: month, day: day))
    }

    private func fault(_ message: String, _ part: Substring) -> ValueFault {
        ValueFault(message, offset: text.unicodeScalars.distance(from: text.startIndex, to: part.startIndex))
    }
}
