import DurableFiles
import SystemPackage

/// Brings the rows of a damaged database into a new one.
struct Salvaging {
    let file: PageFile
    let good: GoodSet?
    let limits: Limits
    let progress: (SalvageProgress) -> Void

    /// Fills an empty file; nothing if there was neither a table nor a row.
    func salvage(into path: FilePath) throws -> SalvageReport.Contents? {
        var schema = try SchemaReading(file, otherwise: good?.encoding)
        if schema.isDamaged, let good { schema.add(good.entries) }
        let new = try NewDatabase(try Database(path, limits: limits), like: file, encoding: schema.encoding)
        try new.makeTables(schema.entries, good: good?.entries ?? [])
        if schema.isDamaged {
            new.notes.append("the schema or the header is damaged: objects may be missing that leave no trace")
        }
        progress(SalvageProgress(stage: .readingTables))
        var trees = TreeReading(file, into: new, entries: schema.entries)
        try trees.readAll()
        let freeList = try FreeList(claimingIn: file)
        if !freeList.isWhole {
            new.notes.append("the list of free pages is damaged: free pages cannot be told from lost ones")
        } else if freeList.pages > 0 {
            new.notes.append("\(freeList.pages) free pages were left alone: what they hold was deleted")
        }
        progress(SalvageProgress(stage: .searchingLostPages))
        let orphans = Orphans(file: file, new: new, freeListIsWhole: freeList.isWhole)
        try orphans.settlePostponed()
        try orphans.readAll()
        progress(SalvageProgress(stage: .merging))
        try good?.merge(into: new)
        return try finish(new, trees, schema)
    }

    private func finish(
        _ new: NewDatabase, _ trees: TreeReading, _ schema: SchemaReading
    ) throws -> SalvageReport.Contents? {
        progress(SalvageProgress(stage: .makingIndexes))
        var tables: [SalvageReport.Table] = []
        for table in new.tables {
            let rows = try table.shape.map { shape throws(SalvageError) in
                try new.database.integer("SELECT count(*) FROM main.\(Database.quoted(shape.name))")
            }
            tables.append(
                SalvageReport.Table(table, rows: rows ?? 0, lostAtLeast: try new.ledger.lostAtLeast(table)))
            guard table.doubtful > 0 else { continue }
            let which = table.doubtfulRowIDs.map(String.init).joined(separator: ", ")
            new.notes.append(
                "table \(table.name): \(table.doubtful) rows have a length that is not theirs or share overflow "
                    + "pages, so their values may be wrong; the first rowids: \(which)")
        }
        try new.setSequences(trees.sequences)
        try new.ledger.commit()
        try new.ledger.close()
        try new.makeRest(schema.entries)
        if trees.hadStatistics {
            do throws(SalvageError) {
                try new.database.run("ANALYZE")
            } catch {
                guard error.isRefusal else { throw error }
                new.notes.append("the planner's statistics were left out: \(error.words)")
            }
        }
        guard !new.tables.isEmpty || new.lostAndFound.count > 0 else { return nil }
        return SalvageReport.Contents(tables: tables, lostAndFound: new.lostAndFound.count, notes: new.notes)
    }
}
