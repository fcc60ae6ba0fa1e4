package import Foundation
import Maintenance
package import SystemPackage

/// A number about a database that fell further since the last set that counts than it may.
package struct Anomaly: Hashable, Sendable, Codable, CustomStringConvertible {
    /// `rows`, `tables`, `bytes`, or `rows of` and the name of a table.
    package var what: String
    package var before: Int
    package var after: Int

    package init(what: String, before: Int, after: Int) {
        self.what = what
        self.before = before
        self.after = after
    }

    /// As in `rows fell from 45,000 to 12`.
    package var description: String {
        "\(what) fell from \(Self.text(before)) to \(Self.text(after))"
    }

    private static func text(_ number: Int) -> String {
        number.formatted(.number.locale(Locale(identifier: "en_US")))
    }
}

/// What fell, and beside which set it was seen.
package struct AnomalyReport: Hashable, Sendable {
    /// At least one; the first tells most.
    package let anomalies: [Anomaly]
    /// A file of the last set that counts.
    package let reference: FilePath
    package let referenceInstant: Date

    /// As in `rows fell from 45,000 to 12 and tables fell from 9 to 2 since '…/test_20251215_020000.db.gz'`.
    package func sentence(timeZone: TimeZone) -> String {
        let first = anomalies.prefix(3).map(\.description).joined(separator: ", ")
        let more = anomalies.count > 3 ? " and \(anomalies.count - 3) more like it" : ""
        return "\(first)\(more), since '\(reference)' of \(InstantText.format(referenceInstant, in: timeZone))"
    }
}

/// The numbers of a database that are compared between two sets.
struct DatabaseExtent: Hashable {
    /// By name of the table.
    var rows: [String: Int]
    /// In pages that hold something, so that a VACUUM changes nothing; nil where that is not known.
    var bytesInUse: Int?

    /// Tables with fewer rows come and go.
    private static let smallestTable = 100

    /// What fell by more than a share, the numbers of the whole database first.
    ///
    /// - Parameters:
    ///   - before: the numbers of the earlier set.
    ///   - share: in percent; 100 finds nothing.
    /// - Returns: the falls, none where all is well.
    func falls(from before: DatabaseExtent, beyond share: Double) -> [Anomaly] {
        func fell(_ what: String, _ before: Int, _ after: Int) -> Anomaly? {
            guard before > 0, Double(after) < Double(before) * (1 - share / 100) else { return nil }
            return Anomaly(what: what, before: before, after: after)
        }
        var found = [
            fell("rows", before.allRows, allRows), fell("tables", before.rows.count, rows.count),
        ]
        if let bytesBefore = before.bytesInUse, let bytesInUse { found.append(fell("bytes", bytesBefore, bytesInUse)) }
        for (name, count) in before.rows.sorted(by: { $0.key < $1.key }) where count >= Self.smallestTable {
            found.append(fell("rows of \(name)", count, rows[name] ?? 0))
        }
        return found.compactMap(\.self)
    }

    private var allRows: Int { rows.values.reduce(0, +) }
}
