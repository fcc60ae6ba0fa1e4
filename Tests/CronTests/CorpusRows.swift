import Foundation
import Testing

@testable import Cron

/// A row of `next.jsonl` or `next_derived.jsonl`.
struct NextRow: Decodable, Sendable, CustomTestStringConvertible {
    let id: String, expr: String, tz: String, after: String
    let next: [String]

    var testDescription: String { "\(id): \(expr) in \(tz)" }
}

/// A row of `invalid.jsonl`.
struct InvalidRow: Decodable, Sendable, CustomTestStringConvertible {
    let id: String, expr: String, field: String
    let also: [String]?

    var testDescription: String { "\(id): \(expr)" }
}

/// A row of `never.jsonl`.
struct NeverRow: Decodable, Sendable, CustomTestStringConvertible {
    let id: String, expr: String, why: String

    var testDescription: String { "\(id): \(expr)" }
}

enum Corpus {
    static let next = rows(NextRow.self, in: "next")
    static let derived = rows(NextRow.self, in: "next_derived")
    static let invalid = rows(InvalidRow.self, in: "invalid")
    static let never = rows(NeverRow.self, in: "never")

    /// The rows of a file; none if it cannot be read, which the test of their number finds out.
    private static func rows<Row: Decodable>(_: Row.Type, in name: String) -> [Row] {
        guard let file = Bundle.module.url(forResource: name, withExtension: "jsonl", subdirectory: "Corpus"),
            let data = FileManager.default.contents(atPath: file.path)
        else { return [] }
        // A row that does not decode is missing from the count as well.
        return data.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONDecoder().decode(Row.self, from: $0) }
    }
}

/// The instant of ISO 8601 text with an offset, by hand so that no calendar of Foundation is trusted.
func instant(_ text: String) -> Date {
    let parts = text.split { !$0.isNumber }.compactMap { Int($0) }
    let day = CivilDate(year: parts[0], month: parts[1], day: parts[2]).dayNumber
    let seconds = day * 86_400 + parts[3] * 3600 + parts[4] * 60 + parts[5]
    guard parts.count > 7 else { return Date(timeIntervalSince1970: Double(seconds)) }
    let offset = parts[6] * 3600 + parts[7] * 60
    return Date(timeIntervalSince1970: Double(text.dropFirst(10).contains("-") ? seconds + offset : seconds - offset))
}

func schedule(_ expression: String, _ zone: String) throws -> CronSchedule {
    guard let timeZone = TimeZone(identifier: zone) else { throw UnknownZone(identifier: zone) }
    return CronSchedule(try CronExpression(parsing: expression), timeZone: timeZone)
}

struct UnknownZone: Error { let identifier: String }
