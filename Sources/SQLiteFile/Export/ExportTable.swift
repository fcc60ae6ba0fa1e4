import GRDBSQLite

/// A table as an export sees it.
package struct ExportTable: Sendable {
    /// Where its rows come from.
    package enum Kind: String, Hashable, Codable, Sendable {
        case table
        /// Keeps the content of a virtual table.
        case shadow
        /// `sqlite_sequence`, which keeps ids from being given twice.
        case sequence
    }

    /// The table's name.
    package let name: String
    /// What it is.
    package let kind: Kind
    /// The stored columns in their order; generated ones are computed anew.
    package var columns: [String] { shape.columns }
    let shape: TableShape
}

/// What was written of one table.
package struct ExportCounts: Hashable, Codable, Sendable {
    /// How many rows were written.
    package var rows = 0
    /// How many texts are no well-formed Unicode, or hold what the format cannot: they were written as bytes.
    package var encodedTexts = 0
}

extension SQLiteConnection {
    /// The tables whose rows an export has: the ones that ``contents()`` counts, ordered by name.
    ///
    /// - Parameter names: the only ones; nil for all. A virtual table stands for its shadow tables.
    /// - Returns: the tables, valid for exports within the same snapshot.
    /// - Throws: ``SQLiteFileError``, ``TableSelectionError``.
    package func exportTables(_ names: [String]? = nil) throws -> [ExportTable] {
        try withSnapshot {
            let selection = try TableSelection(names, on: self)
            let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'"
            let statement = try Statement(sql, on: self, during: "list the tables")
            var shadows: Set<String> = []
            while try statement.step() { shadows.insert(statement.text(0) ?? "") }
            return try tableShapes().compactMap { shape in
                let isSequence = shape.name == "sqlite_sequence"
                guard isSequence ? !selection.isPartial : selection.holds(shape.name) else { return nil }
                let kind: ExportTable.Kind =
                    isSequence ? .sequence : shadows.contains(shape.name) ? .shadow : .table
                return ExportTable(name: shape.name, kind: kind, shape: shape)
            }
        }
    }

    /// Writes the definitions that build an empty database of the same shape, one statement after another.
    ///
    /// Virtual tables come as the statement that makes them and their shadow tables. It is what
    /// ``CSVImport`` takes beside the rows.
    ///
    /// - Parameters:
    ///   - tables: the only ones, with their indexes and triggers and without views; nil for everything.
    ///   - sink: gets the text in pieces; the bytes are valid during the call.
    /// - Throws: ``SQLiteFileError``, ``TableSelectionError``, or what `sink` throws.
    package func dumpSchema(tables: [String]? = nil, into sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        try withoutActuallyEscaping(sink) { sink in
            try withSnapshot {
                let selection = try TableSelection(tables, on: self)
                let encoding = try textEncoding()
                var output = DumpBuffer(encoding: encoding, sink: sink)
                try dumpBeginning(encoding: encoding, transaction: false, into: &output)
                let sql = """
                    SELECT s.sql, s.name FROM sqlite_schema AS s JOIN pragma_table_list AS l ON l.name = s.name
                    WHERE l.schema = 'main' AND s.type = 'table' AND s.sql NOT NULL AND l.type <> 'shadow'
                    AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY s.rowid
                    """
                let statement = try Statement(sql, on: self, during: "read the schema")
                while try statement.step() {
                    guard selection.holds(statement.text(1) ?? "") else { continue }
                    try output.appendDefinition(of: statement.handle, column: 0)
                }
                try eachLaterDefinition(selection) { try output.appendDefinition(of: $0, column: 0) }
                try output.flush()
            }
        }
    }
}
