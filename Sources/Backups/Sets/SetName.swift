import Foundation
import Maintenance

/// The name that the files of a set have in common: `test_20251216_020000`, or `test_20251216_020000_2` where an hour
/// exists twice or two sets are made in one second.
package struct SetName: Hashable, Sendable, CustomStringConvertible {
    /// The ends of the data files of a set, by compression.
    static let dataEndings = [".db.gz", ".db.zst", ".db"]
    static let manifestEnding = ".json"
    static let pendingEnding = ".pending"
    static let removingEnding = ".removing"
    /// Further names of one second are not looked for.
    static let highestNumber = 999

    package let stem: String
    /// Local time, as in `20251216_020000`.
    package let stamp: String
    /// 1, or the number at the end.
    package let number: Int

    init(stem: String, instant: Date, timeZone: TimeZone, number: Int = 1) {
        self.stem = stem
        stamp = CompactTime(instant, in: timeZone, separator: "_").text
        self.number = number
    }

    /// Reads a name of the given stem, and no other: `test_users_20251216_020000` is none of `test`.
    package init?(_ text: some StringProtocol, stem: String) {
        guard text.hasPrefix(stem + "_") else { return nil }
        let parts = Substring(text).dropFirst(stem.count + 1).split(separator: "_", omittingEmptySubsequences: false)
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

    func numbered(_ number: Int) -> SetName { SetName(stem: stem, stamp: stamp, number: number) }

    private init(stem: String, stamp: String, number: Int) {
        (self.stem, self.stamp, self.number) = (stem, stamp, number)
    }

    package var description: String { "\(stem)_\(stamp)" + (number > 1 ? "_\(number)" : "") }

    /// The manifest's file name.
    var manifest: String { "\(self)\(Self.manifestEnding)" }
    /// Where the manifest waits while the data gets its final name.
    var pending: String { ".\(manifest)\(Self.pendingEnding)" }
    /// What the manifest is called while its set is being removed.
    var removing: String { ".\(manifest)\(Self.removingEnding)" }

    /// All file names that belong to the set and would be in the way of another of this name.
    var reserved: [String] { [manifest, pending, removing] + Self.dataEndings.map { "\(self)\($0)" } }
}
