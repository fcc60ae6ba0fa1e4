import Foundation
import Maintenance
import YAMLDocument

/// A DATE or DATE-TIME of an iCalendar file.
enum CalendarTime: Hashable {
    /// A day number.
    case day(Int)
    /// What a clock shows, of no zone.
    case local(Int)
    /// What a clock of a zone shows.
    case zoned(Int, TimeZone)

    /// Seconds since 1970 as if the clock showed UTC.
    var reading: Int {
        switch self {
        case .day(let day): day * 86_400
        case .local(let reading), .zoned(let reading, _): reading
        }
    }

    /// Seconds since 1970, of a time with a zone.
    var instant: Int? {
        guard case .zoned(let reading, let zone) = self else { return nil }
        return ZoneReadings.shared(for: zone).instant(of: reading)
    }

    var clock: CalendarEvent.Clock {
        if case .zoned(_, let zone) = self { .zone(zone) } else { .schedule }
    }

    /// What the clock of another time shows at this one; nil where the two are not of one sort.
    func reading(likeThatOf other: CalendarTime) -> Int? {
        switch (self, other) {
        case (.day, .day), (.local, .local): reading
        case (.zoned, .zoned(_, let zone)): instant.map(ZoneReadings.shared(for: zone).reading(at:))
        default: nil
        }
    }

    /// What messages call its sort.
    var sort: String {
        switch self {
        case .day: "a date"
        case .local: "a time without a zone"
        case .zoned: "a time in a zone"
        }
    }
}

/// Reads the times of properties.
struct CalendarTimeReader {
    private var zones: [String: TimeZone] = [:]

    /// The one time of a property.
    mutating func time(of line: ContentLine) throws(YAMLMistake) -> CalendarTime {
        let times = try times(of: line)
        guard times.count == 1 else { throw line.mistake("'\(line.name)' has one time, not \(times.count)") }
        return times[0]
    }

    /// The times of a property, separated by commas; at least one.
    mutating func times(of line: ContentLine) throws(YAMLMistake) -> [CalendarTime] {
        let sort = line.parameter("VALUE")?.uppercased()
        guard sort == nil || sort == "DATE" || sort == "DATE-TIME" else {
            throw line.mistake("'\(line.name)' as \(excerpt(sort ?? "")) is not supported; give dates or times")
        }
        let zone = try line.parameter("TZID").map { (name) throws(YAMLMistake) in try self.zone(name, line) }
        var times: [CalendarTime] = []
        for part in line.value.split(separator: ",", omittingEmptySubsequences: false) {
            let time = try Self.time(part, zone, line)
            if case .day = time {
                guard sort != "DATE-TIME" else { throw line.mistake("this is a date, not the DATE-TIME", at: part) }
            } else if sort == "DATE" {
                throw line.mistake("this is a time, not a DATE", at: part)
            }
            times.append(time)
        }
        return times
    }

    /// Reads `20261225`, `20261225T080000` or `20261225T070000Z`.
    static func time(
        _ text: Substring, _ zone: TimeZone?, _ line: ContentLine
    ) throws(YAMLMistake) -> CalendarTime {
        func wrong() -> YAMLMistake {
            line.mistake(
                "\(excerpt(String(text))) is no date and no time; write 20261225, 20261225T080000 or 20261225T070000Z",
                at: text)
        }
        let bytes = Array(text.utf8)
        guard let year = number(bytes, 0..<4), let month = number(bytes, 4..<6), let day = number(bytes, 6..<8) else {
            throw wrong()
        }
        guard let date = CalendarDay(year: year, month: month, day: day) else {
            throw line.mistake("the calendar has no day \(excerpt(String(text)))", at: text)
        }
        if bytes.count == 8 { return .day(date.number) }
        guard bytes[8] == UInt8(ascii: "T"), let hour = number(bytes, 9..<11), let minute = number(bytes, 11..<13),
            let second = number(bytes, 13..<15), hour < 24, minute < 60, second < 60
        else { throw wrong() }
        let reading = date.number * 86_400 + hour * 3600 + minute * 60 + second
        if bytes.count == 15 { return zone.map { .zoned(reading, $0) } ?? .local(reading) }
        guard bytes.count == 16, bytes[15] == UInt8(ascii: "Z") else { throw wrong() }
        guard zone == nil else {
            throw line.mistake("a time is in UTC, with 'Z', or in the zone of 'TZID', not both", at: text)
        }
        return .zoned(reading, .gmt)
    }

    private static func number(_ bytes: [UInt8], _ range: Range<Int>) -> Int? {
        guard range.upperBound <= bytes.count else { return nil }
        let digits = bytes[range]
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }

    /// An IANA zone, also behind a prefix such as `/example.org/`; what VTIMEZONE says of it is not read.
    private mutating func zone(_ name: String, _ line: ContentLine) throws(YAMLMistake) -> TimeZone {
        if let zone = zones[name] { return zone }
        guard name.utf8.count <= 128, let zone = Self.zone(named: name) else {
            throw line.mistake(
                "TZID \(excerpt(name)) is no IANA time zone; use a name such as Europe/Paris, or UTC",
                suggestion: Suggestion.didYouMean(name, among: TimeZone.knownTimeZoneIdentifiers))
        }
        zones[name] = zone
        return zone
    }

    private static func zone(named name: String) -> TimeZone? {
        if ["UTC", "GMT"].contains(name) { return .gmt }
        guard name.hasPrefix("/") else {
            // Short names such as EST belong to several zones, or to none with rules.
            let isPlace = name.contains("/") && name.first?.isLetter == true && !name.contains("..")
            return isPlace ? TimeZone(identifier: name) : nil
        }
        let parts = name.split(separator: "/")
        return [3, 2].lazy
            .filter { $0 < parts.count }
            .compactMap { TimeZone(identifier: parts.suffix($0).joined(separator: "/")) }
            .first
    }
}
