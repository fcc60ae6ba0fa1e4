/// Gives the rows of pages that no tree reaches to the tables they were in.
struct Orphans {
    let file: PageFile
    let new: NewDatabase
    /// Whether a page that nothing reaches cannot be a free one.
    let freeListIsWhole: Bool

    private enum Verdict {
        case belongs(DamagedTable)
        /// No table misses these rows: they may be old copies or deleted ones.
        case stale(DamagedTable)
        case unknown(String)
    }

    /// Pages that a tree has where their rows do not fit: they go to the table whose rows they look like.
    func settlePostponed() throws {
        for table in new.tables {
            for (number, gap) in table.postponed {
                guard !file.isClaimed(number), let page = try file.page(number),
                    let tree = file.treePage(page, isTable: true), tree.kind == .tableLeaf
                else {
                    table.take(gap)
                    continue
                }
                let rows = try file.sampleRows(of: tree)
                let own = table.fit(rows)
                let others = new.tables.filter { $0 !== table && !$0.isWithoutRowID }.map { $0.fit(rows) }
                guard own + 0.05 >= others.max() ?? 0 else {
                    table.take(gap)
                    continue
                }
                file.claim(number)
                try TableWalk(file: file, sink: table).takeRows(of: tree, low: .min, high: .max)
            }
        }
    }

    func readAll() throws {
        for fragment in try Fragment.all(in: file) {
            let rows = try fragment.sample(in: file)
            guard !rows.isEmpty else { continue }
            let verdict = try verdict(on: rows)
            for number in fragment.leaves where !file.isClaimed(number) {
                guard let page = try file.page(number), let tree = TreePage(page) else { continue }
                file.claim(number)
                try take(tree, of: fragment, verdict)
            }
        }
        try readTablesWithoutRowID()
    }

    private func take(_ tree: TreePage, of fragment: Fragment, _ verdict: Verdict) throws {
        switch verdict {
        case .belongs(let table):
            table.origin = .orphanPages
            // What is broken on a lone page is missing from wherever the page was.
            try TableWalk(file: file, sink: table).takeRows(of: tree, low: .min, high: .max)
        case .stale(let table):
            let keeper = Keeper {
                try table.takeStale($0, reason: "the page may be a free one: its table misses nothing")
            }
            try TableWalk(file: file, sink: keeper).takeRows(of: tree, low: .min, high: .max)
        case .unknown(let reason):
            let keeper = Keeper { [new] in
                try new.lostAndFound.keep($0, table: nil, root: fragment.root, reason: reason)
            }
            try TableWalk(file: file, sink: keeper).takeRows(of: tree, low: .min, high: .max)
        }
    }

    private func verdict(on rows: [FoundRow]) throws -> Verdict {
        let candidates = new.tables.filter { !$0.isWithoutRowID && $0.fit(rows) >= 0.4 }
        guard !candidates.isEmpty else { return .unknown("no table has rows like these") }
        let missing = candidates.filter { table in
            rows.count { $0.rowID.map(table.misses) ?? false } * 2 >= rows.count
        }
        if let table = best(of: missing, rows) { return .belongs(table) }
        guard missing.isEmpty else { return .unknown("several tables have rows like these") }
        guard let table = best(of: candidates, rows) else { return .unknown("several tables have rows like these") }
        guard freeListIsWhole else { return .stale(table) }
        let isNew = try rows.allSatisfy { row in try !(table.writer?.contains(rowID: row.rowID ?? 0) ?? true) }
        return isNew ? .belongs(table) : .stale(table)
    }

    /// The one table that fits clearly better than the others.
    private func best(of tables: [DamagedTable], _ rows: [FoundRow]) -> DamagedTable? {
        let ranked = tables.map { (table: $0, fit: rank($0, rows)) }.sorted { $0.fit > $1.fit }
        guard let first = ranked.first else { return nil }
        guard ranked.count > 1, first.fit - ranked[1].fit < 0.05 else { return first.table }
        return nil
    }

    /// A gap with two ends is a better reason than a table of which everything is missing.
    private func rank(_ table: DamagedTable, _ rows: [FoundRow]) -> Double {
        let isNarrow = table.gaps.contains { gap in
            (gap.range.lowerBound > .min + 1 || gap.range.upperBound < .max)
                && rows.contains { $0.rowID.map(gap.range.contains) ?? false }
        }
        return table.fit(rows) + (isNarrow ? 0.2 : 0)
    }

    /// Their pages look like those of indexes, so only a table that misses something gets any.
    private func readTablesWithoutRowID() throws {
        let hurt = new.tables.filter { $0.isWithoutRowID && $0.isHurt }
        guard !hurt.isEmpty else { return }
        for number in 1...file.pageCount where !file.isClaimed(number) {
            if number % 256 == 0 { try file.limits.check() }
            guard let page = try file.page(number), let tree = TreePage(page), !tree.kind.isTable,
                tree.plausibility(pageCount: file.pageCount) >= 0.5
            else { continue }
            let sample = try file.sampleRows(of: tree)
            guard let table = best(of: hurt.filter { $0.fit(sample) >= 0.4 }, sample) else { continue }
            file.claim(number)
            table.origin = .orphanPages
            for index in tree.offsets.indices {
                guard let cell = tree.cell(index) else { continue }
                let payload = try file.payload(of: cell, in: page)
                guard let record = Record(payload: payload.bytes, declaredSize: cell.payloadSize) else { continue }
                try table.take(FoundRow(page: number, rowID: nil, record: record, isDoubtful: payload.isDoubtful))
            }
        }
    }
}

/// Does one thing with every row.
private final class Keeper: RowSink {
    private let keep: (FoundRow) throws -> Void
    init(_ keep: @escaping (FoundRow) throws -> Void) { self.keep = keep }
    func take(_ row: FoundRow) throws { try keep(row) }
    func take(_ gap: Gap) {}
    func postpone(page: Int, leaving gap: Gap) {}
    func fits(_ rows: [FoundRow]) -> Bool { true }
}
