import GRDBSQLite
import SystemPackage

/// A virtual table as dumps write it: a row for the schema table itself.
///
/// `CREATE VIRTUAL TABLE` would make new shadow tables, where the dump brings the old ones; so SQLite's shell switches
/// `writable_schema` on and inserts the row. The text never gets that switch here: a statement of exactly this form is
/// understood, checked, and its row written by the import.
struct SchemaEntry {
    private let name: String
    private let definition: [UInt8]

    /// - Returns: nil for any other statement.
    /// - Throws: ``ImportError`` for one that writes to the schema table in another way.
    init?(_ statement: ReadStatement, at path: FilePath) throws {
        var scan = LiteralScan(rest: statement.bytes[...])
        guard scan.take(word: "insert"), scan.take(word: "into") else { return nil }
        guard ["sqlite_schema", "sqlite_master"].contains(where: { scan.take(word: $0) }) else { return nil }
        func refused(_ reason: String) -> ImportError {
            ImportError(
                .forbidden, at: path, line: statement.line, statement: statement.beginning,
                "it writes to the schema table in a way that is not how dumps bring virtual tables: \(reason)")
        }
        let columns = ["type", "name", "tbl_name", "rootpage", "sql"]
        guard scan.take("(") else { throw refused("its columns are not named") }
        for (position, column) in columns.enumerated() {
            guard position == 0 || scan.take(","), scan.take(word: column) else {
                throw refused("its columns are others than \(columns.joined(separator: ", "))")
            }
        }
        guard scan.take(")"), scan.take(word: "values"), scan.take("("), let type = scan.literal(), scan.take(","),
            let name = scan.literal(), scan.take(","), let table = scan.literal(), scan.take(","),
            scan.take(word: "0"), scan.take(","), let definition = scan.literal(), scan.take(")"), scan.take(";"),
            scan.isAtEnd
        else { throw refused("its values are no plain literals") }
        guard type == Array("table".utf8), name == table else { throw refused("it is no table of its own name") }
        var inner = definition.withUnsafeBufferPointer { LiteralScan(rest: $0[...]).virtualTable() }
        guard let found = inner.take(), found.name == name else {
            throw refused("its definition is not one of its name")
        }
        let module = String(decoding: found.module, as: UTF8.self)
        guard ImportGuard.modules.contains(module.lowercased()) else {
            throw refused("an import does not take virtual tables of module '\(module)'")
        }
        self.name = String(decoding: name, as: UTF8.self)
        self.definition = definition
    }

    /// Writes the row.
    func insert(into target: NewDatabase, _ statement: ReadStatement, _ path: FilePath) throws {
        let database = target.database
        // Another name of a thing that exists would make a schema that cannot be read.
        let isTaken = "SELECT 1 FROM sqlite_schema WHERE lower(name) = lower(?1)"
        let insert =
            "INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql) VALUES('table',?1,?1,0,CAST(?2 AS TEXT))"
        try target.run("PRAGMA writable_schema=ON")
        target.imports.isTrusted = true
        defer { target.imports.isTrusted = false }
        for (sql, expected) in [(isTaken, SQLITE_DONE), (insert, SQLITE_DONE)] {
            var prepared: OpaquePointer?
            defer { sqlite3_finalize(prepared) }
            let transient = unsafeBitCast(OpaquePointer(bitPattern: -1), to: sqlite3_destructor_type.self)
            guard sqlite3_prepare_v2(database, sql, -1, &prepared, nil) == SQLITE_OK,
                sqlite3_bind_text(prepared, 1, name, -1, transient) == SQLITE_OK,
                sql == isTaken
                    || sqlite3_bind_text(prepared, 2, definition, Int32(clamping: definition.count), transient)
                        == SQLITE_OK
            else { throw target.failure(at: path, line: statement.line, statement: statement.beginning) }
            let code = sqlite3_step(prepared)
            if code == SQLITE_ROW {
                throw ImportError(
                    .malformed, at: path, line: statement.line, statement: statement.beginning,
                    "there is something of the name '\(name)' already")
            }
            guard code == expected else {
                throw target.failure(at: path, line: statement.line, statement: statement.beginning)
            }
        }
        try target.run("PRAGMA writable_schema=OFF")
    }
}

/// Takes a short statement apart, from its start.
private struct LiteralScan {
    var rest: Slice<UnsafeBufferPointer<UInt8>>

    init(rest: Slice<UnsafeBufferPointer<UInt8>>) { self.rest = rest }

    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return rest.isEmpty
        }
    }

    private mutating func skipSpace() {
        rest = rest.drop { [0x20, 0x09, 0x0A, 0x0C, 0x0D].contains($0) }
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// A word, written in lower case here, which may be in quotes there.
    mutating func take(word: String) -> Bool {
        let before = rest
        guard let found = identifier(), String(decoding: found, as: UTF8.self).lowercasedASCII == word else {
            rest = before
            return false
        }
        return true
    }

    /// A name, without its quotes.
    mutating func identifier() -> [UInt8]? {
        skipSpace()
        switch rest.first {
        case UInt8(ascii: "\"")?, UInt8(ascii: "`")?, UInt8(ascii: "'")?: return literal()
        case UInt8(ascii: "[")?:
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let name = Array(rest[rest.startIndex..<end].dropFirst())
            rest = rest[end...].dropFirst()
            return name
        default:
            let word = rest.prefix(while: StatementScanner.isWordByte)
            guard !word.isEmpty else { return nil }
            rest = rest[word.endIndex...]
            return Array(word)
        }
    }

    /// A text between quotes, with its doubled quotes made single.
    mutating func literal() -> [UInt8]? {
        skipSpace()
        guard let quote = rest.first, [0x27, 0x22, 0x60].contains(quote) else { return nil }
        rest = rest.dropFirst()
        var text: [UInt8] = []
        while let end = rest.firstIndex(of: quote) {
            text += rest[rest.startIndex..<end]
            rest = rest[end...].dropFirst()
            guard rest.first == quote else { return text }
            text.append(quote)
            rest = rest.dropFirst()
        }
        return nil
    }

    /// Reads the head of the definition of a virtual table, which must be the whole of one statement.
    consuming func virtualTable() -> (name: [UInt8], module: [UInt8])? {
        guard take(word: "create"), take(word: "virtual"), take(word: "table") else { return nil }
        if take(word: "if") { guard take(word: "not"), take(word: "exists") else { return nil } }
        guard let name = identifier(), take(word: "using"), let module = identifier() else { return nil }
        // The arguments go to the module as they are; a semicolon outside of quotes would begin something else.
        var quote: UInt8?
        for byte in rest {
            if let open = quote {
                if byte == open { quote = nil }
            } else if [0x27, 0x22, 0x60].contains(byte) {
                quote = byte
            } else if byte == UInt8(ascii: ";") {
                return nil
            }
        }
        return (name, module)
    }
}
