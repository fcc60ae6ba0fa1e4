/// A table of the damaged database on its way into the new one: takes its rows and keeps count.
final class DamagedTable: RowSink {
    enum Origin { case tree, orphanPages }

    let name: String
    /// 0 if it is not known.
    var root: Int
    /// Position among the tables, for the notes in the temporary database.
    let number: Int
    /// Nothing if SQLite refused the definition: the rows then go to lost and found.
    let writer: RowWriter?
    private let lostAndFound: LostAndFound
    private let ledger: Ledger
    private(set) var gaps: [Gap] = []
    /// Pages that its tree has but that look like another's, and what is missing if they are.
    private(set) var postponed: [(page: Int, gap: Gap)] = []
    /// Where the rows that come now were found.
    var origin = Origin.tree
    private(set) var fromTree = 0
    private(set) var fromOrphanPages = 0
    var fromGoodSet = 0
    private(set) var inLostAndFound = 0
    private(set) var duplicates = 0
    /// Stored rows that may not be what they were, and the first of their rowids.
    private(set) var doubtful = 0
    private(set) var doubtfulRowIDs: [Int64] = []
    /// Cells and pages of a tree without rowids that could not be read.
    private(set) var brokenParts = 0
    /// How many of them held a row for certain.
    private(set) var provenLosses = 0

    init(
        _ name: String, root: Int, number: Int, writer: RowWriter?, lostAndFound: LostAndFound, ledger: Ledger
    ) {
        self.name = name
        self.root = root
        self.number = number
        self.writer = writer
        self.lostAndFound = lostAndFound
        self.ledger = ledger
    }

    var shape: TableShape? { writer?.shape }
    var isWithoutRowID: Bool { shape?.isWithoutRowID ?? false }
    /// Whether something of it is known to be missing.
    var isHurt: Bool { !gaps.isEmpty || brokenParts > 0 }

    func take(_ row: FoundRow) throws {
        guard let writer else { return try lose(row, "the table's definition could not be used") }
        guard row.record.isWhole else {
            if let rowID = row.rowID { take(Gap(above: rowID == .min ? .min : rowID - 1, upTo: rowID, rows: 1)) }
            if row.rowID == nil { noteBrokenPart(isProven: true) }
            return try lostAndFound.keep(row, table: name, root: root, reason: "parts of the row are missing")
        }
        switch try writer.insert(row) {
        case .stored:
            if row.isDoubtful || !row.record.isExact {
                doubtful += 1
                if doubtfulRowIDs.count < 10, let rowID = row.rowID { doubtfulRowIDs.append(rowID) }
            }
            if origin == .tree { fromTree += 1 } else { fromOrphanPages += 1 }
            try ledger.noteWrite()
        case .taken(isSame: true): duplicates += 1
        case .taken(isSame: false): try lose(row, "another row has this key")
        case .refused(let reason): try lose(row, reason)
        }
    }

    private func lose(_ row: FoundRow, _ reason: String) throws {
        inLostAndFound += 1
        try lostAndFound.keep(row, table: name, root: root, reason: reason)
        if let rowID = row.rowID { try ledger.noteKept(table: number, rowID: rowID) }
    }

    func take(_ gap: Gap) {
        if gaps.count < Self.mostGaps {
            gaps.append(gap)
        } else {
            // Beyond that they are one: a hostile file must not cost its square.
            gaps.append(gaps.removeLast().united(with: gap))
        }
    }

    private static let mostGaps = 2_000

    /// A row of a page that nothing misses: what the table has already is not news, anything else is kept aside.
    func takeStale(_ row: FoundRow, reason: String) throws {
        if let writer, try writer.isStored(row) {
            duplicates += 1
        } else {
            inLostAndFound += 1
            try lostAndFound.keep(row, table: name, root: nil, reason: reason)
        }
    }

    func noteBrokenPart(isProven: Bool) {
        brokenParts += 1
        if isProven { provenLosses += 1 }
    }

    func postpone(page: Int, leaving gap: Gap) { postponed.append((page, gap)) }

    func fits(_ rows: [FoundRow]) -> Bool {
        guard shape != nil, !rows.isEmpty else { return true }
        return fit(rows) > 0
    }

    /// How well rows fit on the whole, from 0 to 1; 0 if more than a few cannot be this table's.
    func fit(_ rows: [FoundRow]) -> Double {
        guard let shape, !rows.isEmpty else { return 0 }
        let fits = rows.map { shape.fit($0.record) }
        guard fits.count(where: { $0 == 0 }) * 5 <= rows.count else { return 0 }
        return fits.reduce(0, +) / Double(rows.count)
    }

    /// Whether a gap of the table would explain a lost row of this rowid.
    func misses(_ rowID: Int64) -> Bool { gaps.contains { $0.range.contains(rowID) } }
}
