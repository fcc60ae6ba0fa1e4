/// The database being built: its tables first, then rows, then what depends on rows.
final class NewDatabase {
    let database: Database
    let encoding: TextEncoding
    let ledger: Ledger
    let lostAndFound: LostAndFound
    private(set) var tables: [DamagedTable] = []
    /// What the report says beside numbers.
    var notes: [String] = []

    /// Settings must precede the first table.
    init(_ database: Database, like file: PageFile, encoding: TextEncoding) throws(SalvageError) {
        self.database = database
        self.encoding = encoding
        for pragma in [
            "page_size=\(file.geometry.pageSize)", "encoding='\(encoding.name)'",
            "auto_vacuum=\(file.header.autoVacuum)", "locking_mode=EXCLUSIVE", "journal_mode=MEMORY",
            "synchronous=OFF", "foreign_keys=OFF", "trusted_schema=OFF",
        ] { try database.run("PRAGMA \(pragma)") }
        try database.run("PRAGMA user_version=\(file.header.userVersion)")
        try database.run("PRAGMA application_id=\(file.header.applicationID)")
        ledger = try Ledger(in: database)
        lostAndFound = LostAndFound(in: database, encoding: encoding)
    }

    /// Makes every table that rows can be in; one whose definition SQLite refuses has no shape.
    func makeTables(_ entries: [SchemaEntry], good: [SchemaEntry]) throws(SalvageError) {
        for entry in entries where entry.kind == .table && !entry.isVirtual && !entry.isInternal {
            let other = good.first { $0.kind == .table && $0.name.lowercased() == entry.name.lowercased() }
            var shape: TableShape?
            var reason = "its definition is missing"
            for candidate in [entry, other].compactMap(\.self) where shape == nil {
                guard candidate.isTrustworthy, let sql = candidate.sql else { continue }
                do throws(SalvageError) {
                    try database.run(sql)
                    shape = try TableShape(of: entry.name, in: database)
                } catch {
                    guard error.isRefusal else { throw error }
                    reason = error.words
                }
            }
            if shape?.fields.isEmpty ?? true {
                shape = nil
                notes.append("table \(entry.name): its definition could not be used (\(reason))")
            }
            let writer = shape.map { RowWriter($0, into: database, encoding: encoding) }
            // A root page of the good set is only a hint, which the caller may try.
            tables.append(
                DamagedTable(
                    entry.name, root: entry.root, number: tables.count, writer: writer, lostAndFound: lostAndFound,
                    ledger: ledger))
        }
    }

    /// How many fields an entry of an index has, with the rowid; nothing if SQLite refuses its definition.
    ///
    /// The index is made and dropped again while its table is empty.
    func fieldCount(ofIndex entry: SchemaEntry) throws(SalvageError) -> Int? {
        let count = "SELECT count(*) FROM pragma_index_xinfo(?1, 'main')"
        do throws(SalvageError) {
            if !entry.isInternal {
                guard entry.isTrustworthy, let sql = entry.sql else { return nil }
                try database.run(sql)
            }
            let statement = try Statement(count, on: database)
            try statement.bind([.text(Array(entry.name.utf8))], encoding: .utf8)
            let fields = try statement.step() ? Int(statement.integer(0)) : 0
            statement.reset()
            if !entry.isInternal { try database.run("DROP INDEX main.\(Database.quoted(entry.name))") }
            return fields > 0 ? fields : nil
        } catch {
            guard error.isRefusal else { throw error }
            return nil
        }
    }

    /// Indexes, views, triggers and virtual tables; what SQLite refuses is left out and noted.
    ///
    /// A UNIQUE index over rows that contradict it is left out too: to make it without UNIQUE would change what
    /// `ON CONFLICT` means to the service, and the rows matter more.
    func makeRest(_ entries: [SchemaEntry]) throws(SalvageError) {
        for kind in [SchemaEntry.Kind.index, .view, .trigger] {
            for entry in entries where entry.kind == kind && !entry.isInternal {
                guard let sql = entry.sql, entry.isTrustworthy else {
                    notes.append("\(kind.rawValue) \(entry.name) was left out: its definition is missing")
                    continue
                }
                do throws(SalvageError) {
                    try database.run(sql)
                } catch {
                    guard error.isRefusal else { throw error }
                    notes.append("\(kind.rawValue) \(entry.name) was left out: \(error.words); it was: \(sql)")
                }
            }
        }
        try makeVirtualTables(entries.filter { $0.isVirtual && $0.kind == .table })
    }

    /// A virtual table's rows are in ordinary tables, which are here; its entry is written without its module, which
    /// might refuse or overwrite them.
    private func makeVirtualTables(_ entries: [SchemaEntry]) throws(SalvageError) {
        guard !entries.isEmpty else { return }
        try database.run("PRAGMA writable_schema=ON")
        let insert = try Statement(
            "INSERT INTO main.sqlite_schema(type, name, tbl_name, rootpage, sql) VALUES ('table', ?1, ?1, 0, ?2)",
            on: database)
        for entry in entries {
            try insert.bind(
                [.text(Array(entry.name.utf8)), .text(Array((entry.sql ?? "").utf8))], encoding: .utf8)
            _ = try insert.step()
            notes.append(
                "virtual table \(entry.name): its tables were restored as they were; let its module check or rebuild it"
            )
        }
        try database.run("PRAGMA writable_schema=OFF")
    }

    /// Raises the counters of AUTOINCREMENT to what the damaged file had.
    func setSequences(_ sequences: [(name: String, value: Int64)]) throws(SalvageError) {
        guard try database.integer("SELECT EXISTS(SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence')") != 0
        else { return }
        let update = try Statement(
            "UPDATE main.sqlite_sequence SET seq = max(seq, ?2) WHERE name = ?1", on: database)
        let insert = try Statement("INSERT INTO main.sqlite_sequence(name, seq) VALUES (?1, ?2)", on: database)
        for (name, value) in sequences where tables.contains(where: { $0.name == name }) {
            let values: [Value] = [.text(Array(name.utf8)), .integer(value)]
            try update.bind(values, encoding: .utf8)
            _ = try update.step()
            guard database.changes == 0 else { continue }
            try insert.bind(values, encoding: .utf8)
            _ = try insert.step()
        }
    }
}
