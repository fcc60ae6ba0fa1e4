import GRDBSQLite

extension SQLiteConnection {
    /// Writes the database as SQL text that builds it anew, like `.dump` of SQLite's shell, from one snapshot.
    ///
    /// Unlike `.dump` it throws when a row cannot be read, instead of ending the text with a ROLLBACK that loads as
    /// an empty database: the text ends with COMMIT or is not whole. It also keeps the encoding, `user_version` and
    /// `application_id`. Values come back exactly, text that is not UTF-8 or holds NUL included, which `.dump` cuts
    /// off. Not kept: the page size, rowids that are not columns, and the samples of `sqlite_stat4`, which not every
    /// SQLite can take.
    ///
    /// Virtual tables come as entries of the schema, with their shadow tables as ordinary ones; a connection
    /// that loads the text sees them once it is opened again, and must not be in SQLite's defensive mode.
    ///
    /// - Parameters:
    ///   - tables: the only tables to write, with their indexes and triggers and without views; nil for everything.
    ///     A virtual table brings its shadow tables.
    ///   - sink: gets the text in pieces of up to some hundred kilobytes; the bytes are valid during the call.
    /// - Throws: ``SQLiteFileError``, ``TableSelectionError``, or what `sink` throws.
    package func dumpSQL(
        tables: [String]? = nil, into sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try withoutActuallyEscaping(sink) { sink in
            try withSnapshot {
                let encoding = try textEncoding()
                let selection = try TableSelection(tables, on: self)
                var output = DumpBuffer(encoding: encoding, sink: sink)
                try dumpBeginning(encoding: encoding, into: &output)
                let hasVirtualTables = try dumpTables(selection, into: &output)
                try dumpSequencesAndStatistics(selection, into: &output)
                try dumpRemainingSchema(selection, into: &output)
                if hasVirtualTables { try output.append("PRAGMA writable_schema=OFF;\n") }
                try output.append("COMMIT;\n")
                try output.flush()
            }
        }
    }

    /// Writes what is outside of tables: the encoding and the two numbers of the header.
    func dumpBeginning(
        encoding: TextEncoding, transaction: Bool = true, into output: inout DumpBuffer
    ) throws {
        try output.append("PRAGMA foreign_keys=OFF;\n")
        if encoding != .utf8 { try output.append("PRAGMA encoding='\(encoding.rawValue)';\n") }
        if transaction { try output.append("BEGIN TRANSACTION;\n") }
        for pragma in ["user_version", "application_id"] {
            let value = try integer("PRAGMA \(pragma)", during: "export")
            if value != 0 { try output.append("PRAGMA \(pragma)=\(value);\n") }
        }
    }

    /// - Returns: whether a virtual table was among them.
    private func dumpTables(_ selection: TableSelection, into output: inout DumpBuffer) throws -> Bool {
        let withoutRowID = try namesOfTablesWithoutRowID()
        var hasVirtualTables = false
        let sql = """
            SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql NOT NULL
            AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid
            """
        let tables = try Statement(sql, on: self, during: "read the schema")
        while try tables.step() {
            let name = tables.text(0) ?? ""
            guard selection.holds(name) else { continue }
            let definition = tables.text(1) ?? ""
            if definition.isVirtualTable {
                if !hasVirtualTables { try output.append("PRAGMA writable_schema=ON;\n") }
                hasVirtualTables = true
                let literal = name.sqlLiteral
                try output.append(
                    "INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)"
                        + " VALUES('table',\(literal),\(literal),0,")
                if let start = sqlite3_column_text(tables.handle, 1) {
                    let count = Int(sqlite3_column_bytes(tables.handle, 1))
                    try output.appendQuoted(start, count: count, quote: UInt8(ascii: "'"))
                }
                try output.append(");\n")
                continue
            }
            // Shadow tables are written with a quoted name; loading them must not fail where the virtual table exists.
            let isQuoted = ["'", "\""].contains { definition.hasPrefix("CREATE TABLE \($0)") }
            try output.appendDefinition(of: tables.handle, column: 1, creatingIfMissing: isQuoted)
            let shape = try tableShape(named: name, withoutRowID: withoutRowID.contains(name))
            try dumpRows(of: shape, into: &output)
        }
        return hasVirtualTables
    }

    private func namesOfTablesWithoutRowID() throws -> Set<String> {
        let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND wr"
        let statement = try Statement(sql, on: self, during: "list the tables")
        var names: Set<String> = []
        while try statement.step() { names.insert(statement.text(0) ?? "") }
        return names
    }

    /// Both tables are made by SQLite itself, the one by the first AUTOINCREMENT, the other by ANALYZE.
    private func dumpSequencesAndStatistics(_ selection: TableSelection, into output: inout DumpBuffer) throws {
        for (name, column, preparation) in [
            ("sqlite_sequence", 0, "DELETE FROM sqlite_sequence;\n"), ("sqlite_stat1", 0, "ANALYZE sqlite_schema;\n"),
        ] {
            let condition = "FROM sqlite_schema WHERE type = 'table' AND name = \(name.sqlLiteral)"
            guard try integer("SELECT count(*) \(condition)", during: "read the schema") > 0 else { continue }
            let shape = try tableShape(named: name, withoutRowID: false)
            var isFirst = true
            try dumpRows(of: shape, into: &output) { statement, output in
                guard selection.holds(statement.text(Int32(column)) ?? "") else { return false }
                if isFirst { try output.append(preparation) }
                isFirst = false
                return true
            }
        }
    }

    private func dumpRemainingSchema(_ selection: TableSelection, into output: inout DumpBuffer) throws {
        try eachLaterDefinition(selection) { try output.appendDefinition(of: $0, column: 0) }
    }

    /// Indexes, then views, then triggers: what must come after the rows.
    func eachLaterDefinition(_ selection: TableSelection, _ body: (OpaquePointer) throws -> Void) throws {
        let sql = """
            SELECT sql, tbl_name, type FROM sqlite_schema WHERE sql NOT NULL AND type IN ('index', 'trigger', 'view')
            ORDER BY type = 'trigger', rowid
            """
        let statement = try Statement(sql, on: self, during: "read the schema")
        while try statement.step() {
            if selection.isPartial, statement.text(2) == "view" || !selection.holds(statement.text(1) ?? "") {
                continue
            }
            try body(statement.handle)
        }
    }

    private func dumpRows(
        of shape: TableShape, into output: inout DumpBuffer,
        where isWanted: (borrowing Statement, inout DumpBuffer) throws -> Bool = { _, _ in true }
    ) throws {
        let columns =
            shape.hasGeneratedColumns ? "(\(shape.columns.map(\.quotedIdentifier).joined(separator: ",")))" : ""
        let start = "INSERT INTO \(shape.name.quotedIdentifier)\(columns) VALUES("
        try eachRow(of: shape) { statement, count in
            guard try isWanted(statement, &output) else { return }
            try output.append(start)
            var column: Int32 = 0
            while column < count {
                if column > 0 { try output.append(",") }
                try output.appendLiteral(of: statement.handle, column: column)
                column += 1
            }
            try output.append(");\n")
        }
    }
}

extension String {
    /// Whether this definition is one of a virtual table; SQLite writes the first words itself.
    var isVirtualTable: Bool { uppercased().hasPrefix("CREATE VIRTUAL TABLE") }
}
