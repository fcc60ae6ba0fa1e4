import GRDBSQLite
import SystemPackage

/// A table that is filled from a text.
struct CSVTable {
    private let name: String
    private let text: ImportText
    private let database: NewDatabase

    init(_ name: String, _ text: ImportText, in database: NewDatabase) {
        self.name = name
        self.text = text
        self.database = database
    }

    /// Makes a table of what the header says and the values allow.
    static func create(_ name: String, _ text: ImportText, in database: NewDatabase, _ limits: ImportLimits) throws {
        var columns: [CSVColumn] = []
        try text.read { source in
            try withoutActuallyEscaping(source) { source in
                let reader = try CSVRecords(text.name, database, limits, source)
                columns = reader.header.map { CSVColumn(name: $0) }
                while try reader.next() {
                    for (position, field) in reader.fields.enumerated() {
                        columns[position].note(CSVValue(reader.bytes(field), isQuoted: field.isQuoted))
                    }
                }
            }
        }
        let list = columns.map { $0.name.quotedIdentifier + $0.declaration }.joined(separator: ", ")
        do {
            try database.run("CREATE TABLE main.\(name.quotedIdentifier)(\(list))")
        } catch let error as ImportError {
            throw ImportError(error.kind, at: text.name, line: 1, error.message)
        }
    }

    /// Inserts every record.
    func load(_ limits: ImportLimits) throws {
        let known = try columns()
        try empty()
        try text.read { source in
            try withoutActuallyEscaping(source) { source in
                let reader = try CSVRecords(text.name, database, limits, source)
                try load(reader, known)
            }
        }
    }

    private func load(_ reader: CSVRecords, _ known: [String: Bool]) throws {
        let header = reader.header
        for column in header where known[column.lowercasedASCII] == nil {
            throw ImportError(
                .malformed, at: text.name, line: 1,
                "the table '\(name)' has no column '\(column)' that can be filled; it has: "
                    + known.keys.sorted().joined(separator: ", "))
        }
        let keepsText = header.map { known[$0.lowercasedASCII] ?? false }
        let encoding = try encoding()
        let list = header.map(\.quotedIdentifier).joined(separator: ",")
        let places = (1...header.count).map { "?\($0)" }.joined(separator: ",")
        let sql = "INSERT INTO main.\(name.quotedIdentifier)(\(list)) VALUES(\(places))"
        database.imports.isTrusted = true
        defer { database.imports.isTrusted = false }
        var prepared: OpaquePointer?
        defer { sqlite3_finalize(prepared) }
        guard sqlite3_prepare_v2(database.database, sql, -1, &prepared, nil) == SQLITE_OK, let prepared else {
            throw database.failure(at: text.name, line: 1)
        }
        while try reader.next() {
            var position = 0
            for field in reader.fields {
                var value = CSVValue(reader.bytes(field), isQuoted: field.isQuoted)
                if keepsText[position] { value = value.asWritten(reader.bytes(field)) }
                position += 1
                guard value.bind(to: prepared, at: Int32(position), encoding: encoding) == SQLITE_OK else {
                    throw database.failure(at: text.name, line: reader.line)
                }
            }
            guard sqlite3_step(prepared) == SQLITE_DONE else {
                throw database.failure(at: text.name, line: reader.line)
            }
            sqlite3_reset(prepared)
        }
    }

    /// The columns that can be filled, in lower case, and whether each takes numbers as they are written.
    private func columns() throws -> [String: Bool] {
        var found: [String: Bool] = [:]
        var isStored = false
        let sql = """
            SELECT x.name, x.type, x.hidden, l.type FROM pragma_table_list AS l, pragma_table_xinfo(l.name, 'main') AS x
            WHERE l.schema = 'main' AND l.name = ?1 COLLATE NOCASE
            """
        try eachRow(sql, name) { statement in
            func text(_ column: Int32) -> String {
                sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
            }
            isStored = text(3) != "view"
            // The hidden columns of virtual tables are their functions; generated ones are computed.
            if sqlite3_column_int(statement, 2) == 0 { found[text(0).lowercasedASCII] = isTextType(text(1)) }
        }
        guard isStored else {
            throw ImportError(
                .malformed, at: text.name, "the schema makes no table '\(name)'; add it, or leave this file out")
        }
        return found
    }

    /// Removes what making the schema put into the tables that SQLite fills itself.
    private func empty() throws {
        let sql = "SELECT 1 FROM pragma_table_list WHERE schema = 'main' AND name = ?1 AND type = 'shadow'"
        var isOfSQLite = name == "sqlite_sequence"
        try eachRow(sql, name) { _ in isOfSQLite = true }
        if isOfSQLite { try database.run("DELETE FROM main.\(name.quotedIdentifier)") }
    }

    private func encoding() throws -> TextEncoding {
        var encoding = TextEncoding.utf8
        try eachRow("PRAGMA encoding", nil) { statement in
            let name = sqlite3_column_text(statement, 0).map { String(cString: $0) }
            encoding = name.flatMap(TextEncoding.init) ?? .utf8
        }
        return encoding
    }

    private func eachRow(_ sql: String, _ parameter: String?, _ body: (OpaquePointer) -> Void) throws {
        database.imports.isTrusted = true
        defer { database.imports.isTrusted = false }
        var prepared: OpaquePointer?
        defer { sqlite3_finalize(prepared) }
        let transient = unsafeBitCast(OpaquePointer(bitPattern: -1), to: sqlite3_destructor_type.self)
        guard sqlite3_prepare_v2(database.database, sql, -1, &prepared, nil) == SQLITE_OK, let prepared,
            parameter == nil || sqlite3_bind_text(prepared, 1, parameter, -1, transient) == SQLITE_OK
        else { throw database.failure(at: text.name) }
        while true {
            switch sqlite3_step(prepared) {
            case SQLITE_ROW: body(prepared)
            case SQLITE_DONE: return
            default: throw database.failure(at: text.name)
            }
        }
    }
}

extension CSVValue {
    /// A number as the text it was.
    fileprivate func asWritten(_ bytes: UnsafeBufferPointer<UInt8>) -> CSVValue {
        switch self {
        case .integer, .real: .text(bytes)
        default: self
        }
    }
}
