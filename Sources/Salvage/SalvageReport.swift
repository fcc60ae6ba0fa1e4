package import SQLiteFile

/// How a damaged database was repaired, and what of it is lost.
package struct SalvageReport: Hashable, Codable, Sendable {
    /// What was done, from the least to the most.
    package enum Method: String, Hashable, Codable, Sendable {
        /// It was whole: NEW is a copy.
        case copied
        /// Only indexes were hurt, and were made anew.
        case reindexed
        /// Rows were read from the pages and put into a new database.
        case salvaged
    }

    /// One table of the damaged database.
    package struct Table: Hashable, Codable, Sendable {
        package let name: String
        /// How many rows it has in NEW.
        package let rows: Int
        /// How many more it had for certain.
        ///
        /// A lower bound of what can be proven: index entries whose row is nowhere; cells of damaged pages, as many as
        /// the page's head counts; one row for each page of the tree of which not even that can be read. Rows that came
        /// back from lost pages or the good set, or are whole in `lost_and_found`, are not counted, nor are rows
        /// without a trace.
        package let lostAtLeast: Int
        /// Rows found along the table's own tree.
        package let fromTree: Int
        /// Rows found on pages that no tree reaches.
        package let fromOrphanPages: Int
        /// Rows taken from the good set because their key was missing.
        package let fromGoodSet: Int
        /// Rows that are whole, but that a constraint or a row with the same key keeps out of the table.
        package let inLostAndFound: Int
        /// Copies of rows that are in the table.
        package let duplicatesIgnored: Int

        private enum CodingKeys: String, CodingKey {
            case name, rows
            case lostAtLeast = "lost_at_least"
            case fromTree = "from_tree"
            case fromOrphanPages = "from_orphan_pages"
            case fromGoodSet = "from_good_set"
            case inLostAndFound = "in_lost_and_found"
            case duplicatesIgnored = "duplicates_ignored"
        }
    }

    /// The tables, their extras and what there is to say of them.
    struct Contents {
        var tables: [Table]
        var lostAndFound = 0
        var notes: [String] = []
    }

    package let method: Method
    /// In the order of the schema, without SQLite's own tables.
    package let tables: [Table]
    /// Rows in the table `lost_and_found` of NEW, which is there only if there are any.
    package let lostAndFound: Int
    /// What else a person should know: objects left out, what could not be told, which sidecar files counted.
    package let notes: [String]
    /// The last check of NEW: every page, every index, every foreign key.
    package let verdict: SQLiteVerdict
    /// What that check found wrong, at most 100 lines.
    package let findings: [String]
    /// Rows of NEW that refer to rows which are not there.
    package let foreignKeyViolations: Int

    private enum CodingKeys: String, CodingKey {
        case method, tables, notes, verdict, findings
        case lostAndFound = "lost_and_found"
        case foreignKeyViolations = "foreign_key_violations"
    }

    init(_ method: Method, _ contents: Contents, check: SQLiteCheckReport, notes: [String]) {
        self.method = method
        tables = contents.tables
        lostAndFound = contents.lostAndFound
        self.notes = notes + contents.notes
        verdict = check.verdict
        findings = check.findings.map(\.text)
        foreignKeyViolations = check.foreignKeyViolations
    }
}

extension SalvageReport.Table {
    init(_ table: DamagedTable, rows: Int, lostAtLeast: Int) {
        self.init(
            name: table.name, rows: rows, lostAtLeast: lostAtLeast, fromTree: table.fromTree,
            fromOrphanPages: table.fromOrphanPages, fromGoodSet: table.fromGoodSet,
            inLostAndFound: table.inLostAndFound, duplicatesIgnored: table.duplicates)
    }

    /// A table of the good set.
    init(good name: String, rows: Int) {
        self.init(
            name: name, rows: rows, lostAtLeast: 0, fromTree: 0, fromOrphanPages: 0, fromGoodSet: rows,
            inLostAndFound: 0, duplicatesIgnored: 0)
    }

    /// A table that was whole but for its indexes.
    init(whole name: String, rows: Int, lostAtLeast: Int) {
        self.init(
            name: name, rows: rows, lostAtLeast: lostAtLeast, fromTree: rows, fromOrphanPages: 0, fromGoodSet: 0,
            inLostAndFound: 0, duplicatesIgnored: 0)
    }
}

/// What the repair is at.
package struct SalvageProgress: Hashable, Sendable {
    /// The stages in their order; a repair need not have all of them.
    package enum Stage: String, Hashable, Sendable {
        case copyingFile, checking, reindexing, readingTables, searchingLostPages, merging, makingIndexes,
            checkingResult
    }

    package let stage: Stage
}
