import GRDBSQLite

/// Puts salvaged rows into one table of the new database.
final class RowWriter {
    enum Outcome {
        case stored
        /// A row with this key is there already; whether it is the same in every field.
        case taken(isSame: Bool)
        /// A constraint forbids the row: SQLite's words.
        case refused(String)
    }

    let shape: TableShape
    private let database: Database
    private let encoding: TextEncoding
    /// One for each number of fields: a row that is older than a column gets the column's default.
    private var inserts: [Int: Statement] = [:]
    private var lookup: Statement?

    init(_ shape: TableShape, into database: Database, encoding: TextEncoding) {
        self.shape = shape
        self.database = database
        self.encoding = encoding
    }

    func insert(_ row: FoundRow) throws(SalvageError) -> Outcome {
        let count = row.record.values.count
        guard count <= shape.fields.count else { return .refused("more fields than the table has columns") }
        let statement = try insert(ofFields: count)
        var values: [Value] = []
        if shape.rowIDName != nil, let rowID = row.rowID { values.append(.integer(rowID)) }
        for (value, field) in zip(row.record.values, shape.fields) where !field.isGenerated && !field.isRowID {
            values.append(value)
        }
        do throws(SalvageError) {
            try statement.bind(values, encoding: encoding)
            _ = try statement.step()
            return .stored
        } catch {
            guard error.isRefusal else { throw error }
            // 1555 and 2579: the primary key, the rowid. Swift does not import macros that compute.
            if [1_555, 2_579].contains(error.sqliteCode) { return .taken(isSame: try isStored(row)) }
            return .refused(error.words)
        }
    }

    private func insert(ofFields count: Int) throws(SalvageError) -> Statement {
        if let known = inserts[count] { return known }
        var columns = shape.fields.prefix(count).filter { !$0.isGenerated && !$0.isRowID }.map(\.name)
        if let rowID = shape.rowIDName { columns.insert(rowID, at: 0) }
        let names = columns.map(Database.quoted).joined(separator: ", ")
        let marks = (1...max(columns.count, 1)).map { "?\($0)" }.joined(separator: ", ")
        let what = columns.isEmpty ? "DEFAULT VALUES" : "(\(names)) VALUES (\(marks))"
        let statement = try Statement("INSERT INTO main.\(Database.quoted(shape.name)) \(what)", on: database)
        inserts[count] = statement
        return statement
    }

    /// Whether a row of this rowid is in the table.
    func contains(rowID: Int64) throws(SalvageError) -> Bool {
        guard let statement = try lookupStatement() else { return false }
        try statement.bind([.integer(rowID)], encoding: encoding)
        let isThere = try statement.step()
        statement.reset()
        return isThere
    }

    /// Whether the stored row of the same rowid has the same values.
    func isStored(_ row: FoundRow) throws(SalvageError) -> Bool {
        guard let rowID = row.rowID, let statement = try lookupStatement() else { return false }
        try statement.bind([.integer(rowID)], encoding: encoding)
        defer { statement.reset() }
        guard try statement.step() else { return false }
        for (index, field) in shape.fields.enumerated() where !field.isGenerated && !field.isRowID {
            guard index < row.record.values.count else { break }
            var value = row.record.values[index]
            if case .text(let bytes) = value, encoding != .utf8 { value = .text(Array(encoding.string(bytes).utf8)) }
            guard value.isSame(as: statement.value(Int32(index))) else { return false }
        }
        return true
    }

    private func lookupStatement() throws(SalvageError) -> Statement? {
        if let lookup { return lookup }
        guard let rowID = shape.rowIDName else { return nil }
        let columns = shape.fields.map { Database.quoted($0.name) }.joined(separator: ", ")
        lookup = try Statement(
            "SELECT \(columns) FROM main.\(Database.quoted(shape.name)) WHERE \(Database.quoted(rowID)) = ?1",
            on: database)
        return lookup
    }
}
