/// What to look for in a database.
package struct SQLiteChecks: OptionSet, Hashable, Sendable {
    /// One bit for each check.
    package let rawValue: Int

    /// From the bits.
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// `PRAGMA integrity_check`: every page, and that indexes and tables agree.
    package static let integrity = SQLiteChecks(rawValue: 1)
    /// `PRAGMA quick_check`: the same without indexes' contents; about 20 times faster.
    package static let quick = SQLiteChecks(rawValue: 2)
    /// `PRAGMA foreign_key_check`, which neither of the others includes.
    package static let foreignKeys = SQLiteChecks(rawValue: 4)
}

/// The outcome of a check, from best to worst.
package enum SQLiteVerdict: String, Hashable, Codable, Sendable, Comparable, CaseIterable {
    case ok
    /// Intact, but rows refer to rows that are not there.
    case foreignKeys = "foreign-keys"
    case damaged
    case notADatabase = "not-a-database"

    /// Whether `left` is the better verdict.
    package static func < (left: Self, right: Self) -> Bool { left.badness < right.badness }

    private var badness: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// One thing that a check found wrong.
package struct SQLiteFinding: Hashable, Codable, Sendable, CustomStringConvertible {
    /// SQLite's words, or a sentence about a foreign key.
    package let text: String
    /// Of a foreign key: the table with the row that refers to nothing.
    package let table: String?
    /// Of a foreign key: that row, nil in a `WITHOUT ROWID` table.
    package let rowID: Int64?
    /// Of a foreign key: the table it refers to.
    package let parent: String?

    /// A finding; only one about a foreign key has more than a text.
    package init(_ text: String, table: String? = nil, rowID: Int64? = nil, parent: String? = nil) {
        self.text = text
        self.table = table
        self.rowID = rowID
        self.parent = parent
    }

    /// The text.
    package var description: String { text }
}

/// A verdict and what led to it.
package struct SQLiteCheckReport: Hashable, Codable, Sendable {
    /// The worst of all checks.
    package let verdict: SQLiteVerdict
    /// At most as many for each check as were asked for.
    package let findings: [SQLiteFinding]
    /// How many rows refer to nothing, also those beyond the limit.
    package let foreignKeyViolations: Int
    /// Whether CHECK constraints were looked at, which takes the right to write to the file.
    package let checkedConstraints: Bool
    /// Whether a journal of an interrupted write was rolled back in a private copy, and the copy checked.
    package let usedPrivateCopy: Bool
    /// How long the checks took, without opening the file.
    package let duration: Duration
}
