package import Foundation

/// Instants as ISO 8601 with the offset of a zone: `2026-11-22T02:00:00+01:00`.
///
/// Written by hand because Foundation's style drops milliseconds instead of rounding them, and reads 30 February, 25:61
/// and words behind the instant without a complaint.
package enum InstantText {
    /// The text of `date` in `timeZone`; milliseconds, rounded, only where asked for, else whole seconds, cut off.
    package static func format(_ date: Date, in timeZone: TimeZone, milliseconds: Bool = false) -> String {
        // Beyond these years nobody writes a date; an infinite one must not trap.
        let instant = min(max(date.timeIntervalSince1970, -Self.furthest), Self.furthest)
        let thousandths = Int64(milliseconds ? (instant * 1000).rounded() : instant.rounded(.down) * 1000)
        let seconds = thousandths.floored(by: 1000)
        let offset = Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
        let local = seconds + offset
        let day = local.floored(by: 86_400)
        let (year, month, dayOfMonth) = CivilDay.date(ofDay: day)
        let time = local - day * 86_400
        let fraction = milliseconds ? "." + padded(thousandths - seconds * 1000, 3) : ""
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))T"
            + "\(padded(time / 3600, 2)):\(padded(time / 60 % 60, 2)):\(padded(time % 60, 2))\(fraction)"
            + text(ofOffset: offset)
    }

    /// Reads ISO 8601 with an offset or `Z`, with or without seconds and a fraction of them; nil where `text` is none.
    ///
    /// A leap second, `23:59:60Z`, is the first second of the next day, as in POSIX.
    package static func parse(_ text: String) -> Date? {
        var scan = Scan(rest: Array(text.utf8)[...])
        guard let year = scan.number(4), scan.take("-"), let month = scan.number(2), scan.take("-"),
            let day = scan.number(2), scan.take("T", "t"), let hour = scan.number(2), scan.take(":"),
            let minute = scan.number(2), let days = CivilDay.day(year: year, month: month, day: day),
            hour < 24, minute < 60
        else { return nil }
        var second: Int64 = 0
        var fraction = 0.0
        if scan.take(":") {
            guard let number = scan.number(2), number <= 60 else { return nil }
            second = number
            if scan.take(".", ",") {
                guard let value = scan.fraction() else { return nil }
                fraction = value
            }
        }
        guard let offset = scan.offset(), scan.rest.isEmpty else { return nil }
        let instant = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        guard second < 60 || instant % 86_400 == 0 else { return nil }
        return Date(timeIntervalSince1970: Double(instant) + fraction)
    }

    /// Some 270,000 years of seconds: far enough, and its milliseconds fit an Int64.
    private static let furthest = 0x1p43

    /// `+01:00`, or `Z` for none; seconds only where the zone had them, before there was standard time.
    private static func text(ofOffset offset: Int64) -> String {
        guard offset != 0 else { return "Z" }
        let size = offset.magnitude
        let seconds = size % 60 == 0 ? "" : ":" + padded(Int64(size % 60), 2)
        return (offset < 0 ? "-" : "+") + padded(Int64(size / 3600), 2) + ":" + padded(Int64(size / 60 % 60), 2)
            + seconds
    }

    private static func padded(_ number: Int64, _ digits: Int) -> String {
        let text = String(number.magnitude)
        return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}

/// Takes an instant's text apart, from its start.
private struct Scan {
    var rest: ArraySlice<UInt8>

    /// A number of exactly so many ASCII digits.
    mutating func number(_ digits: Int) -> Int64? {
        let part = rest.prefix(digits)
        guard part.count == digits, part.allSatisfy(Self.isDigit) else { return nil }
        rest = rest.dropFirst(digits)
        return part.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    mutating func take(_ wanted: Unicode.Scalar...) -> Bool {
        guard let first = rest.first, wanted.contains(Unicode.Scalar(first)) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// What follows the decimal point; digits beyond the ninth say nothing that a Date can hold.
    mutating func fraction() -> Double? {
        let digits = rest.prefix(while: Self.isDigit)
        guard !digits.isEmpty else { return nil }
        rest = rest[digits.endIndex...]
        return Double("0." + String(decoding: digits.prefix(9), as: UTF8.self))
    }

    /// `Z`, `+01:00`, `+0100`, `+01` or, of old, `+00:09:21`, in seconds.
    mutating func offset() -> Int64? {
        if take("Z", "z") { return 0 }
        let isWest = rest.first == UInt8(ascii: "-")
        guard take("+", "-"), let hours = number(2), hours < 24 else { return nil }
        var seconds = hours * 3600
        let hasColons = take(":")
        if hasColons || !rest.isEmpty {
            guard let minutes = number(2), minutes < 60 else { return nil }
            seconds += minutes * 60
            if hasColons, take(":") {
                guard let more = number(2), more < 60 else { return nil }
                seconds += more
            }
        }
        return isWest ? -seconds : seconds
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

/// Days of the Gregorian calendar, counted from 1970-01-01.
private enum CivilDay {
    /// The number of a day; nil where the calendar has none such.
    static func day(year: Int64, month: Int64, day: Int64) -> Int64? {
        guard (1...12).contains(month), day >= 1 else { return nil }
        // A year that begins in March has its leap day at its end.
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted.floored(by: 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let number = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return date(ofDay: number) == (year, month, day) ? number : nil
    }

    static func date(ofDay number: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = number + 719_468
        let era = shifted.floored(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}

extension Int64 {
    /// Division that rounds down, also below zero.
    fileprivate func floored(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
