import Archiving
import Foundation
import Maintenance

/// What an export is written as.
package enum ExportFormat: String, Hashable, Codable, Sendable, CaseIterable {
    /// One file that builds the database anew.
    case sql
    /// A folder with one file of comma-separated values for each table.
    case csv
    /// A folder with one file of JSON lines for each table.
    case jsonl

    /// Whether it is a folder.
    package var isFolder: Bool { self != .sql }
}

/// The name of an export: `test_20251216_020000.sql.gz` or `test_20251216_020000_csv`, with `_2` behind the time for
/// another of the same second.
package struct ExportName: Hashable, Sendable, CustomStringConvertible {
    static let highestNumber = 999

    package let stem: String
    /// Local time, as in `20251216_020000`.
    package let stamp: String
    /// 1, or the number behind the time.
    package let number: Int
    package let format: ExportFormat
    /// `gz`, `zst` or nothing; always nothing for a folder.
    package let fileExtension: String

    init(stem: String, instant: Date, timeZone: TimeZone, number: Int, format: ExportFormat, compression: Compression) {
        self.stem = stem
        stamp = CompactTime(instant, in: timeZone, separator: "_").text
        self.number = number
        self.format = format
        fileExtension = format.isFolder ? "" : compression.fileExtension
    }

    /// Reads a name of the given stem and no other: `test_users_20251216_020000.sql` is none of `test`.
    package init?(_ text: String, stem: String) {
        guard text.hasPrefix(stem + "_") else { return nil }
        var rest = Substring(text).dropFirst(stem.count + 1)
        func take(_ ending: String) -> Bool {
            guard rest.hasSuffix(ending) else { return false }
            rest = rest.dropLast(ending.count)
            return true
        }
        if take(".sql.gz") {
            (format, fileExtension) = (.sql, "gz")
        } else if take(".sql.zst") {
            (format, fileExtension) = (.sql, "zst")
        } else if take(".sql") {
            (format, fileExtension) = (.sql, "")
        } else if take("_csv") {
            (format, fileExtension) = (.csv, "")
        } else if take("_jsonl") {
            (format, fileExtension) = (.jsonl, "")
        } else {
            return nil
        }
        let parts = rest.split(separator: "_", omittingEmptySubsequences: false)
        func isNumber(_ part: Substring, digits: Int) -> Bool {
            part.utf8.count == digits && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
        guard (2...3).contains(parts.count), isNumber(parts[0], digits: 8), isNumber(parts[1], digits: 6) else {
            return nil
        }
        var number = 1
        if parts.count == 3 {
            guard let last = Int(parts[2]), (2...Self.highestNumber).contains(last), "\(last)" == parts[2] else {
                return nil
            }
            number = last
        }
        self.stem = stem
        stamp = "\(parts[0])_\(parts[1])"
        self.number = number
    }

    package var description: String {
        let ending = format.isFolder ? "_\(format)" : ".sql" + (fileExtension.isEmpty ? "" : ".\(fileExtension)")
        return "\(stem)_\(stamp)" + (number > 1 ? "_\(number)" : "") + ending
    }
}
