import GRDBSQLite

/// What is needed to read all rows of one table in a fixed order.
struct TableShape {
    let name: String
    /// Stored columns in their order; no generated and no hidden ones.
    let columns: [String]
    /// Whether some columns are generated, so that an INSERT must name the others.
    let hasGeneratedColumns: Bool
    /// What follows `ORDER BY`; nil if every name of the rowid is taken by a column.
    let order: String?

    /// Reads every stored value.
    var orderedQuery: String {
        let list = columns.map(\.quotedIdentifier).joined(separator: ", ")
        // Without an order to ask for, the table itself is in rowid order; an index of all columns would not be.
        let tail = order.map { " ORDER BY \($0)" } ?? " NOT INDEXED"
        return "SELECT \(list) FROM main.\(name.quotedIdentifier)\(tail)"
    }
}

extension SQLiteConnection {
    /// The tables that hold data, ordered by the bytes of their names.
    func tableShapes() throws(SQLiteFileError) -> [TableShape] {
        let sql = "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')"
        let statement = try Statement(sql, on: self, during: "list the tables")
        var tables: [(name: String, withoutRowID: Bool)] = []
        while try statement.step() {
            guard let name = statement.text(0) else { continue }
            let isInternal = name.lowercased().hasPrefix("sqlite_")
            if !isInternal || name == "sqlite_sequence" { tables.append((name, statement.integer(1) != 0)) }
        }
        tables.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return try tables.map { table throws(SQLiteFileError) in
            try tableShape(named: table.name, withoutRowID: table.withoutRowID)
        }
    }

    /// The shape of one table of the main database.
    func tableShape(named name: String, withoutRowID: Bool) throws(SQLiteFileError) -> TableShape {
        let sql = "SELECT name, hidden FROM pragma_table_xinfo(?1, 'main') ORDER BY cid"
        let statement = try Statement(sql, on: self, during: "read the columns of \(name)")
        try statement.bind(name, at: 1)
        var stored: [String] = []
        var all: Set<String> = []
        while try statement.step() {
            guard let column = statement.text(0) else { continue }
            all.insert(column.lowercased())
            if statement.integer(1) == 0 { stored.append(column) }
        }
        let order: String?
        if name == "sqlite_sequence" {
            order = "name, seq"
        } else if withoutRowID {
            order = try primaryKeyOrder(of: name)
        } else {
            order = ["rowid", "_rowid_", "oid"].first { !all.contains($0) }
        }
        return TableShape(
            name: name, columns: stored, hasGeneratedColumns: stored.count < all.count, order: order)
    }

    /// The order in which a `WITHOUT ROWID` table is stored, with the collations of its primary key.
    private func primaryKeyOrder(of table: String) throws(SQLiteFileError) -> String? {
        let sql = """
            SELECT i.name, i."desc", i.coll FROM pragma_index_list(?1, 'main') AS l, pragma_index_xinfo(l.name, 'main') AS i
            WHERE l.origin = 'pk' AND i.key = 1 ORDER BY i.seqno
            """
        let statement = try Statement(sql, on: self, during: "read the primary key of \(table)")
        try statement.bind(table, at: 1)
        var terms: [String] = []
        while try statement.step() {
            guard let column = statement.text(0) else { continue }
            let collation = (statement.text(2) ?? "BINARY").quotedIdentifier
            terms.append(
                "\(column.quotedIdentifier) COLLATE \(collation)\(statement.integer(1) == 0 ? "" : " DESC")")
        }
        return terms.isEmpty ? nil : terms.joined(separator: ", ")
    }
}
