/// What is known of rows beside the rows themselves, kept in the temporary database of the new one.
final class Ledger {
    private let database: Database
    private let evidence: Statement
    private let kept: Statement
    private var writes = 0
    private static let writesPerTransaction = 20_000

    init(in database: Database) throws(SalvageError) {
        self.database = database
        for table in ["ronde_evidence", "ronde_kept"] {
            try database.run("CREATE TEMP TABLE \(table)(t INTEGER, id INTEGER, PRIMARY KEY(t, id)) WITHOUT ROWID")
        }
        evidence = try Statement("INSERT OR IGNORE INTO temp.ronde_evidence VALUES (?1, ?2)", on: database)
        kept = try Statement("INSERT OR IGNORE INTO temp.ronde_kept VALUES (?1, ?2)", on: database)
        try database.run("BEGIN")
    }

    /// Ends a transaction now and then, so that none grows beyond memory.
    func noteWrite() throws(SalvageError) {
        writes += 1
        if writes % Self.writesPerTransaction == 0 { try commit(); try database.run("BEGIN") }
    }

    func commit() throws(SalvageError) { try database.run("COMMIT") }

    /// An index has an entry for a row that its table has not.
    func noteMissing(table: Int, rowID: Int64) throws(SalvageError) { try note(evidence, table, rowID) }

    /// The row is whole, though not in its table.
    func noteKept(table: Int, rowID: Int64) throws(SalvageError) { try note(kept, table, rowID) }

    private func note(_ statement: Statement, _ table: Int, _ rowID: Int64) throws(SalvageError) {
        try statement.bind([.integer(Int64(table)), .integer(rowID)], encoding: .utf8)
        _ = try statement.step()
    }

    /// Removes the temporary tables, which a statement of the schema might otherwise mean.
    func close() throws(SalvageError) {
        for table in ["ronde_evidence", "ronde_kept"] { try database.run("DROP TABLE temp.\(table)") }
    }

    /// How many rows of a table are lost for certain: the larger of what its indexes and what its gaps prove.
    ///
    /// An index proves a row by an entry whose rowid is nowhere. A gap proves as many rows as its page had cells, or
    /// one if not even that can be read, less those that were found for it elsewhere.
    func lostAtLeast(_ table: DamagedTable) throws(SalvageError) -> Int {
        guard let shape = table.shape, let rowID = shape.rowIDName else {
            return max(0, table.provenLosses - table.fromOrphanPages - table.fromGoodSet)
        }
        let rows = "SELECT \(Database.quoted(rowID)) FROM main.\(Database.quoted(shape.name))"
        let number = table.number
        let byIndexes = try database.integer(
            "SELECT count(*) FROM temp.ronde_evidence WHERE t = \(number) AND id NOT IN (\(rows)) "
                + "AND id NOT IN (SELECT id FROM temp.ronde_kept WHERE t = \(number))")
        let present = try Statement(
            "SELECT (SELECT count(*) FROM (\(rows) WHERE \(Database.quoted(rowID)) BETWEEN ?1 AND ?2)) + "
                + "(SELECT count(*) FROM temp.ronde_kept WHERE t = \(number) AND id BETWEEN ?1 AND ?2)", on: database)
        var byGaps = 0
        for gap in table.gaps where gap.rows > 0 {
            try present.bind([.integer(gap.range.lowerBound), .integer(gap.range.upperBound)], encoding: .utf8)
            guard try present.step() else { continue }
            byGaps += max(0, gap.rows - Int(present.integer(0)))
            present.reset()
        }
        return max(byIndexes, byGaps)
    }

    /// Whether an index proves that the table has lost rows.
    func hasEvidence(against table: DamagedTable) throws(SalvageError) -> Bool {
        try database.integer("SELECT EXISTS(SELECT 1 FROM temp.ronde_evidence WHERE t = \(table.number))") != 0
    }
}
