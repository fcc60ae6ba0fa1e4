import DurableFiles
import SQLiteFile
import SystemPackage

/// The last good set of a database, as a private copy of one instant.
struct GoodSet {
    let path: FilePath
    let entries: [SchemaEntry]
    let encoding: TextEncoding

    /// - Throws: ``SalvageError`` when it is damaged itself.
    init(copying original: FilePath, to path: FilePath, limits: Limits) throws {
        do {
            let connection = try SQLiteFile(path: original).open(deadline: limits.deadline)
            _ = try connection.copy(to: path)
            connection.close()
        } catch let error as SQLiteFileError {
            guard error.kind == .damaged || error.kind == .notADatabase else { throw error }
            throw SalvageError(.goodSetDamaged, at: original)
        }
        let report = try SQLiteFile(path: path).check(.integrity, deadline: limits.deadline)
        guard report.verdict <= .foreignKeys, let file = try PageFile(path, limits: limits) else {
            throw SalvageError(.goodSetDamaged, at: original)
        }
        self.path = path
        let schema = try SchemaReading(file)
        encoding = schema.encoding
        entries = schema.entries.map { entry in
            var entry = entry
            entry.isFromGoodSet = true
            return entry
        }
    }

    /// Adds rows whose key is missing from tables that have lost some; newer rows stay as they are.
    ///
    /// A table that nothing is missing from is left alone: a row that only the good set has was deleted since.
    func merge(into new: NewDatabase) throws(SalvageError) {
        let database = new.database
        try new.ledger.commit()
        let attach = try Statement("ATTACH ?1 AS ronde_good", on: database)
        try attach.bind([.text(path.withPlatformString { Array(String(cString: $0).utf8) })], encoding: .utf8)
        do throws(SalvageError) {
            _ = try attach.step()
        } catch {
            guard error.isRefusal else { throw error }
            new.notes.append("nothing was merged: \(error.words)")
            return try database.run("BEGIN")
        }
        try database.run("BEGIN")
        for table in new.tables {
            let hasEvidence = try new.ledger.hasEvidence(against: table)
            guard table.isHurt || hasEvidence, entries.contains(where: { $0.kind == .table && $0.name == table.name })
            else { continue }
            do throws(SalvageError) {
                try merge(table, database)
            } catch {
                guard error.isRefusal else { throw error }
                new.notes.append("table \(table.name) was not merged: \(error.words)")
            }
        }
        try database.run("COMMIT")
        try database.run("DETACH ronde_good")
        try database.run("BEGIN")
    }

    private func merge(_ table: DamagedTable, _ database: Database) throws(SalvageError) {
        guard let shape = table.shape else { return }
        let theirs = try Statement(
            "SELECT name FROM pragma_table_xinfo(?1, 'ronde_good') WHERE hidden = 0", on: database)
        try theirs.bind([.text(Array(shape.name.utf8))], encoding: .utf8)
        var common: Set<String> = []
        while try theirs.step() { common.insert((theirs.text(0) ?? "").lowercased()) }
        var columns = shape.fields.filter {
            !$0.isGenerated && !$0.isRowID && common.contains($0.name.lowercased())
        }.map(\.name)
        guard !columns.isEmpty || shape.rowIDName != nil else { return }
        if let rowID = shape.rowIDName { columns.insert(rowID, at: 0) }
        let names = columns.map(Database.quoted).joined(separator: ", ")
        let name = Database.quoted(shape.name)
        try database.run(
            "INSERT OR IGNORE INTO main.\(name)(\(names)) SELECT \(names) FROM ronde_good.\(name) NOT INDEXED")
        table.fromGoodSet = database.changes
    }
}
