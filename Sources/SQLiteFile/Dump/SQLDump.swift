import GRDBSQLite

extension SQLiteConnection {
    /// Writes the database as SQL text that builds it anew, like `.dump` of SQLite's shell, from one snapshot.
    ///
    /// Unlike `.dump` it throws when a row cannot be read, instead of ending the text with a ROLLBACK that loads as
    /// an empty database: the text ends with COMMIT or is not whole. It also keeps the encoding, `user_version` and
    /// `application_id`. Values come back exactly, text that is not UTF-8 or holds NUL included. Not kept: the page
    /// size, rowids that are not columns, and the samples of `sqlite_stat4`, which not every SQLite can take.
    ///
    /// Virtual tables come as entries of the schema, with their shadow tables as ordinary ones; a connection
    /// that loads the text sees them once it is opened again, and must not be in SQLite's defensive mode.
    ///
    /// - Parameter sink: gets the text in pieces of up to some hundred kilobytes; the bytes are valid during the call.
    /// - Throws: ``SQLiteFileError``, or what `sink` throws.
    package func dumpSQL(into sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        try withoutActuallyEscaping(sink) { sink in
            try withSnapshot {
                let encoding = try text("PRAGMA encoding", during: "export")
                var output = DumpBuffer(encoding: encoding, sink: sink)
                try dumpBeginning(encoding: encoding, into: &output)
                let hasVirtualTables = try dumpTables(into: &output)
                try dumpSequencesAndStatistics(into: &output)
                try dumpRemainingSchema(into: &output)
                if hasVirtualTables { try output.append("PRAGMA writable_schema=OFF;\n") }
                try output.append("COMMIT;\n")
                try output.flush()
            }
        }
    }

    private func dumpBeginning(encoding: String, into output: inout DumpBuffer) throws {
        try output.append("PRAGMA foreign_keys=OFF;\n")
        if encoding != "UTF-8" { try output.append("PRAGMA encoding='\(encoding)';\n") }
        try output.append("BEGIN TRANSACTION;\n")
        for pragma in ["user_version", "application_id"] {
            let value = try integer("PRAGMA \(pragma)", during: "export")
            if value != 0 { try output.append("PRAGMA \(pragma)=\(value);\n") }
        }
    }

    /// - Returns: whether a virtual table was among them.
    private func dumpTables(into output: inout DumpBuffer) throws -> Bool {
        let withoutRowID = try namesOfTablesWithoutRowID()
        var hasVirtualTables = false
        let sql = """
            SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql NOT NULL
            AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid
            """
        let tables = try Statement(sql, on: self, during: "read the schema")
        while try tables.step() {
            let name = tables.text(0) ?? ""
            let definition = tables.text(1) ?? ""
            if definition.uppercased().hasPrefix("CREATE VIRTUAL TABLE") {
                if !hasVirtualTables { try output.append("PRAGMA writable_schema=ON;\n") }
                hasVirtualTables = true
                let literal = name.sqlLiteral
                try output.append(
                    "INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)"
                        + " VALUES('table',\(literal),\(literal),0,\(definition.sqlLiteral));\n")
                continue
            }
            try output.append(definition.creatingIfMissing + ";\n")
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
    private func dumpSequencesAndStatistics(into output: inout DumpBuffer) throws {
        for (name, preparation) in [
            ("sqlite_sequence", "DELETE FROM sqlite_sequence;\n"), ("sqlite_stat1", "ANALYZE sqlite_schema;\n"),
        ] {
            let condition = "FROM sqlite_schema WHERE type = 'table' AND name = \(name.sqlLiteral)"
            guard try integer("SELECT count(*) \(condition)", during: "read the schema") > 0,
                try integer("SELECT count(*) FROM \(name)", during: "read table \(name)") > 0
            else { continue }
            try output.append(preparation)
            try dumpRows(of: try tableShape(named: name, withoutRowID: false), into: &output)
        }
    }

    private func dumpRemainingSchema(into output: inout DumpBuffer) throws {
        let sql = """
            SELECT sql FROM sqlite_schema WHERE sql NOT NULL AND type IN ('index', 'trigger', 'view')
            ORDER BY type = 'trigger', rowid
            """
        let statement = try Statement(sql, on: self, during: "read the schema")
        while try statement.step() { try output.append((statement.text(0) ?? "") + ";\n") }
    }

    private func dumpRows(of shape: TableShape, into output: inout DumpBuffer) throws {
        let columns =
            shape.hasGeneratedColumns ? "(\(shape.columns.map(\.quotedIdentifier).joined(separator: ",")))" : ""
        let start = "INSERT INTO \(shape.name.quotedIdentifier)\(columns) VALUES("
        let statement = try Statement(shape.orderedQuery, on: self, during: "read table \(shape.name)")
        let count = sqlite3_column_count(statement.handle)
        while try statement.step() {
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
    /// As a text literal in SQL, for names and definitions, which hold no NUL.
    var sqlLiteral: String {
        "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }

    /// Shadow tables are written with a quoted name; loading them must not fail where the virtual table exists.
    fileprivate var creatingIfMissing: String {
        for quote in ["'", "\""] where hasPrefix("CREATE TABLE \(quote)") {
            return "CREATE TABLE IF NOT EXISTS \(quote)" + dropFirst("CREATE TABLE \(quote)".count)
        }
        return self
    }
}
