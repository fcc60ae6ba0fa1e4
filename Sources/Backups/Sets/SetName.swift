import Foundation
import Maintenance

/// The name that the files of a set have in common: `test_20251216_020000`, or `test_20251216_020000_2` where an hour
/// exists twice or two sets are made in one second.
///
/// An adopted set has its whole file name for a name, `test_20251216.db.gz`, and the manifest `test_20251216.db.gz.json`:
/// other programs' names need have no time of day, and may differ in their ends alone.
package struct SetName: Hashable, Sendable, CustomStringConvertible {
    /// The ends of the data files of a set, by compression and encryption.
    package static let dataEndings = [
        ".db.gz", ".db.zst", ".db", ".db.gz.age", ".db.gz.gpg", ".db.zst.age", ".db.zst.gpg", ".db.age", ".db.gpg",
    ]
    static let manifestEnding = ".json"
    static let pendingEnding = ".pending"
    static let removingEnding = ".removing"
    /// Further names of one second are not looked for.
    static let highestNumber = 999

    package let stem: String
    /// Local time, as in `20251216_020000`; of an adopted set perhaps only the day, `20251216`.
    package let stamp: String
    /// 1, or the number at the end.
    package let number: Int
    /// The end of an adopted set's data file, as in `.db.gz`; nil for a set that Ronde made.
    package let adoptedEnding: String?

    init(stem: String, instant: Date, timeZone: TimeZone, number: Int = 1) {
        self.stem = stem
        stamp = CompactTime(instant, in: timeZone, separator: "_").text
        self.number = number
        adoptedEnding = nil
    }

    /// Reads a name of the given stem, and no other: `test_users_20251216_020000` is none of `test`.
    package init?(_ text: some StringProtocol, stem: String) {
        guard text.hasPrefix(stem + "_") else { return nil }
        let ending = Self.dataEnding(of: text)
        let parts = Substring(text).dropFirst(stem.count + 1).dropLast(ending?.count ?? 0)
            .split(separator: "_", omittingEmptySubsequences: false)
        func isNumber(_ part: Substring, digits: Int) -> Bool {
            part.utf8.count == digits && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
        guard (ending == nil ? 2...3 : 1...3).contains(parts.count), isNumber(parts[0], digits: 8),
            parts.count == 1 || isNumber(parts[1], digits: 6)
        else { return nil }
        var number = 1
        if parts.count == 3 {
            guard let last = Int(parts[2]), (2...Self.highestNumber).contains(last), "\(last)" == parts[2] else {
                return nil
            }
            number = last
        }
        self.stem = stem
        stamp = parts.prefix(2).joined(separator: "_")
        self.number = number
        adoptedEnding = ending
    }

    func numbered(_ number: Int) -> SetName {
        SetName(stem: stem, stamp: stamp, number: number, adoptedEnding: adoptedEnding)
    }

    /// A name from its parts.
    init(stem: String, stamp: String, number: Int, adoptedEnding: String?) {
        (self.stem, self.stamp, self.number, self.adoptedEnding) = (stem, stamp, number, adoptedEnding)
    }

    /// Which end of a data file a name has, if it has one.
    static func dataEnding(of name: some StringProtocol) -> String? { dataEndings.first(where: name.hasSuffix) }

    package var description: String {
        "\(stem)_\(stamp)" + (number > 1 ? "_\(number)" : "") + (adoptedEnding ?? "")
    }

    /// The manifest's file name.
    var manifest: String { "\(self)\(Self.manifestEnding)" }
    /// Where the manifest waits while the data gets its final name.
    var pending: String { ".\(manifest)\(Self.pendingEnding)" }
    /// What the manifest is called while its set is being removed.
    var removing: String { ".\(manifest)\(Self.removingEnding)" }

    /// All file names that belong to the set and would be in the way of another of this name.
    var reserved: [String] { [manifest, pending, removing] + Self.dataEndings.map { "\(self)\($0)" } }
}
