import GRDBSQLite
package import SystemPackage

/// A text that can be read more than once.
package struct ImportText {
    /// What errors call it.
    package let name: FilePath
    /// Opens the text and hands it to a reader, which reads it to its end.
    package let read: ((ByteSource) throws -> Void) throws -> Void

    package init(name: FilePath, read: @escaping ((ByteSource) throws -> Void) throws -> Void) {
        self.name = name
        self.read = read
    }
}

/// Builds new databases from comma-separated values, one file a table.
package enum CSVImport {
    /// Builds a new database from tables in CSV.
    ///
    /// Each file begins with a header of its columns. Values are understood as
    /// ``SQLiteConnection/exportCSV(of:into:)`` writes them: what is in quotes is text. Without quotes an empty field
    /// is NULL, `x'00FF'` a blob, `t'00FF'` the bytes of a text, a number in its usual form a number and anything else
    /// text. With a schema the types of its columns apply as in any INSERT, and a TEXT column takes numbers as they are
    /// written. Without one all values of a column are looked at first: INTEGER, REAL, NUMERIC where both occur, BLOB,
    /// else TEXT; a column of texts and blobs gets no type. Numbers with leading zeros are texts.
    ///
    /// With a schema, indexes and triggers are made once the rows are there; rows that the schema puts into the tables
    /// of virtual tables and into `sqlite_sequence` give way to those of the files. Tables without a file stay empty.
    /// Checks and publishing are those of ``SQLImport/run(into:named:limits:source:)``.
    ///
    /// - Parameters:
    ///   - files: the tables and their texts.
    ///   - schema: SQL that makes the tables; nil to make them of the headers.
    ///   - path: the new database; there is nothing of this name.
    ///   - limits: what it may use.
    /// - Returns: what was made.
    /// - Throws: ``ImportError`` with the line, `FileError`, or what reading throws; nothing is left then.
    package static func run(
        _ files: [(table: String, text: ImportText)], schema: ImportText?, into path: FilePath,
        limits: ImportLimits = ImportLimits()
    ) throws -> ImportReport {
        let start = ContinuousClock.now
        try checkNames(files, path)
        let database = try NewDatabase(creating: path, limits: limits)
        var statements = 0
        if let schema {
            statements = try run(schema, in: database, limits, deferred: false)
        }
        try database.run("BEGIN")
        // Filling a table counts its ids, so the counts come last.
        let ordered = files.filter { $0.table != "sqlite_sequence" } + files.filter { $0.table == "sqlite_sequence" }
        for file in ordered {
            if schema == nil { try CSVTable.create(file.table, file.text, in: database, limits) }
            try CSVTable(file.table, file.text, in: database).load(limits)
        }
        if let schema { _ = try run(schema, in: database, limits, deferred: true) }
        try database.run("COMMIT")
        return try database.finish(
            source: schema?.name ?? files.first?.text.name ?? path, statements: statements, since: start)
    }

    private static func checkNames(_ files: [(table: String, text: ImportText)], _ path: FilePath) throws {
        guard !files.isEmpty else { throw ImportError(.empty, at: path, "there is no table to import") }
        var seen: Set<String> = []
        for (table, text) in files {
            let isInternal = table.lowercasedASCII.hasPrefix("sqlite_") && table != "sqlite_sequence"
            guard !isInternal, !table.isEmpty, !table.utf8.contains(0) else {
                throw ImportError(.forbidden, at: text.name, "no table can be called '\(table)'; name another one")
            }
            guard seen.insert(table.lowercasedASCII).inserted else {
                throw ImportError(.malformed, at: text.name, "there are two files for the table '\(table)'")
            }
        }
    }

    private static func run(
        _ schema: ImportText, in database: NewDatabase, _ limits: ImportLimits, deferred: Bool
    ) throws -> Int {
        var count = 0
        try schema.read { source in
            try withoutActuallyEscaping(source) { source in
                var script = SQLScript(database, name: schema.name, limits: limits, source: source)
                try script.runAll { $0.isIndexOrTrigger == deferred }
                count = script.count
            }
        }
        guard sqlite3_get_autocommit(database.database) == (deferred ? 0 : 1) else {
            throw ImportError(.incomplete, at: schema.name, "it begins a transaction that it does not commit")
        }
        return count
    }
}

extension ReadStatement {
    /// Whether it makes what can wait until the rows are there.
    fileprivate var isIndexOrTrigger: Bool {
        let words = beginning.uppercased().split(whereSeparator: \.isWhitespace).prefix(3)
        return words.first == "CREATE"
            && (words.dropFirst().first == "INDEX" || words.dropFirst().first == "TRIGGER"
                || words.dropFirst() == ["UNIQUE", "INDEX"])
    }
}
