/// Reads the tables along their trees.
struct TreeReading {
    let file: PageFile
    let new: NewDatabase
    let entries: [SchemaEntry]
    private(set) var sequences: [(name: String, value: Int64)] = []
    /// Whether the service kept statistics for the query planner, which are made anew.
    private(set) var hadStatistics = false
    /// How many fields the entries of each index have.
    private var indexFields: [String: Int] = [:]

    init(_ file: PageFile, into new: NewDatabase, entries: [SchemaEntry]) {
        self.file = file
        self.new = new
        self.entries = entries
    }

    mutating func readAll() throws {
        for entry in entries where entry.kind == .index {
            indexFields[entry.name] = try new.fieldCount(ofIndex: entry)
        }
        try settleRoots()
        for table in new.tables where !table.isWithoutRowID && table.root > 0 {
            try TableWalk(file: file, sink: table).walk(from: table.root)
        }
        try readInternalTables()
        for table in new.tables where table.isWithoutRowID && table.root > 0 {
            try IndexWalk(file: file, endsAreDoubtful: false).walk(
                from: table.root, entry: { try table.take($0) }, broken: { table.noteBrokenPart(isProven: $0) })
        }
        for entry in entries where entry.kind == .index && entry.root > 1 && !entry.isFromGoodSet {
            try readIndex(entry)
        }
    }

    /// Looks whether each root page holds rows of its table; a table whose root is wrong is searched for elsewhere.
    private func settleRoots() throws {
        let fromGood = Set(entries.filter(\.isFromGoodSet).map(\.name))
        let hintsHold = try hintsHold(fromGood)
        var owners: [Int: DamagedTable] = [:]
        for table in new.tables {
            let isHint = fromGood.contains(table.name)
            let rows = table.isWithoutRowID ? [] : try file.sampleTree(at: table.root)
            var isWrong = table.root <= 1 || table.root > file.pageCount
            if !table.isWithoutRowID, !rows.isEmpty, table.fit(rows) == 0 {
                isWrong = isWrong || new.tables.contains { $0 !== table && $0.fit(rows) > 0.5 }
            }
            if isHint { isWrong = isWrong || !hintsHold }
            if !isWrong, let other = owners[table.root] {
                if table.fit(rows) > other.fit(rows) { forgetRoot(of: other) } else { isWrong = true }
            }
            if isWrong { forgetRoot(of: table) } else { owners[table.root] = table }
        }
    }

    /// Whether the root pages that only the good set knows are roots of such tables here: all of them, or none is
    /// believed, for the file may have been vacuumed since or lack its beginning.
    private func hintsHold(_ names: Set<String>) throws -> Bool {
        guard !names.isEmpty else { return true }
        let children = try file.allChildren()
        for table in new.tables where names.contains(table.name) && !table.isWithoutRowID {
            guard let page = try file.page(table.root), let tree = TreePage(page), tree.kind.isTable,
                !children.contains(table.root)
            else { return false }
            let rows = try file.sampleTree(at: table.root)
            let isEmpty = tree.offsets.isEmpty && tree.kind == .tableLeaf
            guard isEmpty || !rows.isEmpty && table.fit(rows) >= 0.4 else { return false }
        }
        return true
    }

    private func forgetRoot(of table: DamagedTable) {
        table.root = 0
        table.take(Gap.everything)
        if table.isWithoutRowID { table.noteBrokenPart(isProven: false) }
    }

    private mutating func readInternalTables() throws {
        for entry in entries where entry.kind == .table && entry.isInternal && entry.root > 1 {
            let rows = InternalRows()
            try TableWalk(file: file, sink: rows).walk(from: entry.root)
            if entry.name == "sqlite_sequence" {
                sequences = rows.rows.compactMap { record in
                    guard record.values.count == 2, case .text(let name) = record.values[0],
                        case .integer(let value) = record.values[1]
                    else { return nil }
                    return (new.encoding.string(name), value)
                }
            } else if entry.name == "sqlite_stat1" {
                hadStatistics = true
            }
        }
    }

    /// Claims an index's pages; entries whose row is not in the table prove that there was one.
    private func readIndex(_ entry: SchemaEntry) throws {
        let table = new.tables.first { $0.name.lowercased() == entry.table.lowercased() }
        var witness = table.flatMap { IndexWitness($0, fields: indexFields[entry.name], ledger: new.ledger) }
        try IndexWalk(file: file, endsAreDoubtful: true).walk(
            from: entry.root, entry: { try witness?.hear($0) }, broken: { _ in witness?.isPageBroken = true })
        try witness?.endPage()
    }
}

/// What an index knows of rows that its table has not.
private struct IndexWitness {
    private let table: DamagedTable
    private let writer: RowWriter
    private let fields: Int
    private let ledger: Ledger
    private var page = 0
    private var entries = 0
    private var missing: [Int64] = []
    /// Whether something of the page could not be read.
    var isPageBroken = false

    init?(_ table: DamagedTable, fields: Int?, ledger: Ledger) {
        guard let fields, let writer = table.writer, !writer.shape.isWithoutRowID else { return nil }
        (self.table, self.writer, self.fields, self.ledger) = (table, writer, fields, ledger)
    }

    mutating func hear(_ found: FoundRow) throws {
        if found.page != page {
            try endPage()
            page = found.page
        }
        guard found.record.isExact, found.record.values.count == fields,
            case .integer(let rowID) = found.record.values.last
        else { return }
        guard try !writer.contains(rowID: rowID) else {
            entries += 1
            return
        }
        if !found.isDoubtful {
            entries += 1
            missing.append(rowID)
        } else if table.misses(rowID) {
            try ledger.noteMissing(table: table.number, rowID: rowID)
        }
    }

    /// A page that is damaged, or most of which is missing and which may thus be one of another index, is believed only
    /// where a gap bears it out.
    mutating func endPage() throws {
        let isCredible = !isPageBroken && missing.count * 2 <= entries
        for rowID in missing where isCredible || table.misses(rowID) {
            try ledger.noteMissing(table: table.number, rowID: rowID)
        }
        (entries, missing, isPageBroken) = (0, [], false)
    }
}

/// Takes what SQLite's own tables hold, as much as they can reasonably have.
private final class InternalRows: RowSink {
    private(set) var rows: [Record] = []

    func take(_ row: FoundRow) { if rows.count < 100_000, row.record.isWhole { rows.append(row.record) } }
    func take(_ gap: Gap) {}
    func postpone(page: Int, leaving gap: Gap) {}
    func fits(_ rows: [FoundRow]) -> Bool { true }
}

extension PageFile {
    /// Some rows of the tree that begins on a page, from its first readable leaf.
    func sampleTree(at root: Int) throws -> [FoundRow] {
        var number = root
        for _ in 0..<20 {
            guard let page = try page(number), let tree = treePage(page, isTable: true) else { return [] }
            guard tree.kind.isInterior else { return try sampleRows(of: tree, limit: 20) }
            let children = tree.offsets.indices.compactMap { tree.cell($0)?.leftChild } + [tree.rightmost ?? 0]
            // The middle one: the first and the last are what accidents like best.
            number = children[children.count / 2]
        }
        return []
    }

    /// Every page that an interior page of any table names as its child.
    func allChildren() throws -> Set<Int> {
        var found: Set<Int> = []
        for number in 1...pageCount {
            if number % 256 == 0 { try limits.check() }
            guard let page = try page(number), let tree = TreePage(page), tree.kind == .tableInterior else { continue }
            for index in tree.offsets.indices { if let child = tree.cell(index)?.leftChild { found.insert(child) } }
            if let last = tree.rightmost { found.insert(last) }
        }
        return found
    }
}
