import Foundation

/// The two forms of a time that the service deals in.
///
/// Answers give local time without a zone, `2025-12-16T10:00:00`, as the runbook's service does. The table holds UTC,
/// `2025-12-16 09:00:00`, which is what SQLite's own `CURRENT_TIMESTAMP` writes and its date functions read.
enum Timestamp {
    /// `2025-12-16T10:00:00` in local time.
    static func answer(_ date: Date, in zone: TimeZone = .current) -> String {
        text(civil: Int64(date.timeIntervalSince1970.rounded(.down)) + Int64(zone.secondsFromGMT(for: date)), "T")
    }

    /// `2025-12-16 09:00:00` in UTC.
    static func stored(_ date: Date) -> String {
        text(civil: Int64(date.timeIntervalSince1970.rounded(.down)), " ")
    }

    /// What the table holds, as an answer gives it; any other text than `2025-12-16 09:00:00` comes back unchanged.
    static func answer(stored text: String, in zone: TimeZone = .current) -> String {
        guard let date = date(stored: text) else { return text }
        return answer(date, in: zone)
    }

    private static func date(stored text: String) -> Date? {
        let bytes = Array(text.utf8)
        guard bytes.count == 19, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: " "), bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), (1...12).contains(month),
            let day = number(bytes[8..<10]), (1...31).contains(day), let hour = number(bytes[11..<13]), hour < 24,
            let minute = number(bytes[14..<16]), minute < 60, let second = number(bytes[17..<19]), second < 60
        else { return nil }
        let days = daysSince1970(year: year, month: month, day: day)
        return Date(timeIntervalSince1970: Double(days * 86_400 + hour * 3_600 + minute * 60 + second))
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return value
    }

    /// Days from 1970-01-01 in the Gregorian calendar, counted in years that begin in March.
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }

    private static func text(civil seconds: Int64, _ separator: String) -> String {
        var parts = tm()
        var clock = time_t(seconds)
        gmtime_r(&clock, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let year = String(Int(parts.tm_year) + 1900)
        let padded = String(repeating: "0", count: max(0, 4 - year.count)) + year
        return "\(padded)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))\(separator)"
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    }
}
