package import Foundation

extension SetName {
    /// The instant that the name tells by the clock of a zone, of an hour that exists twice the first; a name without a
    /// time of day tells the day's beginning.
    ///
    /// - Returns: nil where the digits are no date.
    package func nominalInstant(in timeZone: TimeZone) -> Date? {
        let digits = stamp.utf8.filter { $0 != UInt8(ascii: "_") }.map { Int($0) - 0x30 }
        guard digits.count == 8 || digits.count == 14 else { return nil }
        func number(_ range: Range<Int>) -> Int {
            range.upperBound > digits.count ? 0 : digits[range].reduce(0) { $0 * 10 + $1 }
        }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let parts = DateComponents(
            year: number(0..<4), month: number(4..<6), day: number(6..<8), hour: number(8..<10),
            minute: number(10..<12), second: number(12..<14))
        guard parts.isValidDate(in: calendar) else { return nil }
        return calendar.date(from: parts)
    }
}
