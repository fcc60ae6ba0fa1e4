/// What a clock on the wall and a calendar beside it show, to the minute.
package struct LocalReading: Hashable, Sendable, CustomStringConvertible {
    /// Month and day count from 1, the hour from 0 to 23.
    package let year: Int, month: Int, day: Int, hour: Int, minute: Int

    /// - Parameter reading: seconds since 1970-01-01 as if the local clock showed UTC.
    init(_ reading: Int) {
        let dayNumber = reading.flooredQuotient(by: 86_400)
        let date = CivilDate(dayNumber: dayNumber)
        (year, month, day) = (date.year, date.month, date.day)
        let minuteOfDay = (reading - dayNumber * 86_400) / 60
        (hour, minute) = (minuteOfDay / 60, minuteOfDay % 60)
    }

    /// As in `2026-03-29 02:30`.
    package var description: String {
        "\(year.padded(to: 4))-\(month.padded(to: 2))-\(day.padded(to: 2)) \(hour.padded(to: 2)):\(minute.padded(to: 2))"
    }
}

extension Int {
    /// The number in decimal digits, with zeros before it up to a width.
    func padded(to width: Int) -> String {
        let digits = String(magnitude)
        return (self < 0 ? "-" : "") + String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
    }
}
