package import SystemPackage

/// Why a text did not become a database; nothing of the new database is left then.
package struct ImportError: Error, Hashable {
    /// What a caller may want to tell apart.
    package enum Kind: Hashable, Sendable {
        /// The text ends before it is whole, or says of itself that it is not.
        case incomplete
        /// Nothing in it makes a table.
        case empty
        /// It is of another database engine, another encoding or no text at all.
        case foreign
        /// It does what an import must not do.
        case forbidden
        /// SQLite, or the rules of CSV, do not accept it.
        case malformed
        /// A part of it is larger than is allowed.
        case overLimit
        /// What was built does not pass its checks.
        case damaged
        case diskFull
        case alreadyExists
        case cancelled
        case deadlinePassed
        case failed
    }

    /// What a caller may act on.
    package let kind: Kind
    /// The text that was read, or the database that was being made.
    package let path: FilePath
    /// Of the text, counted from 1.
    package let line: Int?
    /// The beginning of the statement.
    package let statement: String?
    /// Why, as a sentence without its end.
    package let message: String

    package init(_ kind: Kind, at path: FilePath, line: Int? = nil, statement: String? = nil, _ message: String) {
        self.kind = kind
        self.path = path
        self.line = line
        self.statement = statement
        self.message = message
    }
}

extension ImportError: CustomStringConvertible {
    /// Where, what, and what to do.
    package var description: String {
        let place = line.map { "\(path):\($0)" } ?? "\(path)"
        let words = statement.map { " (the statement begins: \($0))" } ?? ""
        return "\(place): \(message)\(words). Nothing was imported."
    }
}

/// Hands out the next bytes of a text; 0 means that all was read.
package typealias ByteSource = (UnsafeMutableRawBufferPointer) throws -> Int

/// What an import may use, so that a hostile text cannot use up the machine.
package struct ImportLimits: Sendable {
    /// The longest statement, and the longest field of CSV, in bytes: it is held in memory.
    package var longestPiece = 256 << 20
    /// The largest database that may be built, in bytes; nil for what fits on the disk.
    package var largestDatabase: Int64?
    /// When the import must have ended.
    package var deadline: ContinuousClock.Instant?

    package init(deadline: ContinuousClock.Instant? = nil) { self.deadline = deadline }
}

/// What an import made.
package struct ImportReport: Sendable {
    /// The new database.
    package let path: FilePath
    /// Every table with the number of its rows and their hash.
    package let tables: [TableContents]
    /// What the new database says of itself.
    package let facts: SQLiteFacts
    /// Rows that refer to nothing, at most a hundred: the text was so, and the import keeps it.
    package let foreignKeyFindings: [SQLiteFinding]
    /// How many such rows there are in all.
    package let foreignKeyViolations: Int
    /// How many statements of SQL were run; rows of CSV are none.
    package let statements: Int
    /// How long it took.
    package let duration: Duration

    /// In all tables.
    package var rows: Int { tables.reduce(0) { $0 + $1.rows } }
}
