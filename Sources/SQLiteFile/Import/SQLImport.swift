import GRDBSQLite
package import SystemPackage

/// Builds new databases from SQL text that nobody vouches for, such as what `.dump` of SQLite's shell writes.
package enum SQLImport {
    /// Builds a new database from SQL text.
    ///
    /// The text is read as a stream. It may only fill the new database (see ``ImportGuard``), and must say itself that
    /// it is whole: what it does lies in a transaction that ends with COMMIT. So a text that is cut short, or that ends
    /// in the ROLLBACK which `.dump` writes after an error, is refused. What is built is checked, synced and then
    /// renamed; until then it is a hidden temporary file beside `path`. Foreign keys that lead nowhere are kept and
    /// reported. Settings of a connection are passed over; the page size is SQLite's usual one.
    ///
    /// - Parameters:
    ///   - path: the new database; there is nothing of this name.
    ///   - name: what errors call the text.
    ///   - limits: what it may use.
    ///   - source: hands out the text.
    /// - Returns: what was made.
    /// - Throws: ``ImportError``, `FileError`, or what `source` throws; nothing is left of the new database.
    package static func run(
        into path: FilePath, named name: FilePath, limits: ImportLimits = ImportLimits(), source: ByteSource
    ) throws -> ImportReport {
        let start = ContinuousClock.now
        let database = try NewDatabase(creating: path, limits: limits)
        let statements = try withoutActuallyEscaping(source) { source in
            var script = SQLScript(database, name: name, limits: limits, source: source)
            try script.runAll()
            try script.requireWhole()
            return script.count
        }
        return try database.finish(source: name, statements: statements, since: start)
    }
}

/// A text on its way into a new database.
struct SQLScript {
    private let database: NewDatabase
    private let name: FilePath
    private let reader: StatementReader
    private(set) var count = 0
    private var line = 1

    init(_ database: NewDatabase, name: FilePath, limits: ImportLimits, source: @escaping ByteSource) {
        self.database = database
        self.name = name
        reader = StatementReader(name, longest: limits.longestPiece) { buffer in
            try database.checkStop(at: name, line: nil)
            return try source(buffer)
        }
    }

    /// Runs every statement.
    ///
    /// - Parameter isWanted: told of each statement; one that it does not want is passed over.
    /// - Throws: ``ImportError`` with the line, or what the source throws.
    mutating func runAll(where isWanted: (ReadStatement) -> Bool = { _ in true }) throws {
        while let statement = try reader.next() {
            count += 1
            line = statement.line
            if isWanted(statement) { try run(statement) }
        }
    }

    /// - Throws: ``ImportError`` unless all that was done was committed.
    func requireWhole() throws {
        if count == 0 {
            throw ImportError(.empty, at: name, "it holds no SQL at all; take another file")
        }
        guard sqlite3_get_autocommit(database.database) != 0 else {
            throw ImportError(
                .incomplete, at: name, line: line,
                "the file ends before the COMMIT of its transaction, so it is cut short; fetch it again or take another"
            )
        }
        guard database.imports.committed else {
            throw ImportError(
                .incomplete, at: name,
                "it has no BEGIN and COMMIT, so nothing shows that it is whole; put them around it if it is"
            )
        }
    }

    private func run(_ statement: ReadStatement) throws {
        let imports = database.imports
        imports.reset()
        if let entry = try SchemaEntry(statement, at: name) { return try entry.insert(into: database, statement, name) }
        var rest = UnsafeRawPointer(statement.bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
        // Our cut and SQLite's own agree; if they ever do not, nothing is passed over.
        while let sql = rest, sql.pointee != 0 {
            var prepared: OpaquePointer?
            var tail: UnsafePointer<CChar>?
            guard sqlite3_prepare_v2(database.database, sql, -1, &prepared, &tail) == SQLITE_OK else {
                throw failure(statement)
            }
            defer { sqlite3_finalize(prepared) }
            rest = tail
            guard let prepared else { continue }
            var code = SQLITE_ROW
            while code == SQLITE_ROW { code = sqlite3_step(prepared) }
            guard code == SQLITE_DONE else { throw failure(statement) }
        }
    }

    private func failure(_ statement: ReadStatement) -> ImportError {
        let error = database.failure(at: name, line: statement.line, statement: statement.beginning)
        guard error.kind == .malformed || error.kind == .forbidden,
            let foreign = ForeignText.message(forStatement: statement.beginning)
        else { return error }
        return ImportError(
            .foreign, at: name, line: statement.line, statement: statement.beginning,
            "\(foreign); \(error.message)")
    }
}
