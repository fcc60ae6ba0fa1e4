package import SystemPackage
import GRDBSQLite

/// Tables were asked for that the database does not have.
package struct TableSelectionError: Error, Hashable, CustomStringConvertible {
    /// The database.
    package let path: FilePath
    /// The names that lead nowhere.
    package let missing: [String]
    /// What there is, ordered by name.
    package let known: [String]

    /// Where, what, and what to do.
    package var description: String {
        let names = missing.map { "'\($0)'" }.joined(separator: ", ")
        let list = known.isEmpty ? "none" : known.prefix(20).joined(separator: ", ")
        let more = known.count > 20 ? " and \(known.count - 20) more" : ""
        return "\(path): there is no table \(names) to export; the database has: \(list)\(more)"
    }
}

/// The tables that an export is about.
struct TableSelection {
    /// In lower case; nil for all.
    private let names: Set<String>?

    var isPartial: Bool { names != nil }

    /// - Throws: ``TableSelectionError`` for names that the database does not have.
    init(_ wanted: [String]?, on connection: SQLiteConnection) throws {
        guard let wanted else {
            names = nil
            return
        }
        let sql = """
            SELECT name, type FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow', 'virtual')
            AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name
            """
        let statement = try Statement(sql, on: connection, during: "list the tables")
        var known: [(name: String, type: String)] = []
        while try statement.step() { known.append((statement.text(0) ?? "", statement.text(1) ?? "")) }
        let lowered = Set(known.map { $0.name.lowercasedASCII })
        let missing = wanted.filter { !lowered.contains($0.lowercasedASCII) }
        guard missing.isEmpty else {
            throw TableSelectionError(path: connection.path, missing: missing, known: known.map(\.name))
        }
        var chosen = Set(wanted.map(\.lowercasedASCII))
        for (name, type) in known where type == "virtual" && chosen.contains(name.lowercasedASCII) {
            let prefix = name.lowercasedASCII + "_"
            for shadow in known where shadow.type == "shadow" && shadow.name.lowercasedASCII.hasPrefix(prefix) {
                chosen.insert(shadow.name.lowercasedASCII)
            }
        }
        names = chosen
    }

    func holds(_ name: String) -> Bool { names?.contains(name.lowercasedASCII) ?? true }
}

extension String {
    /// As SQLite compares names: only the letters A to Z have two cases.
    var lowercasedASCII: String {
        String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}

extension SQLiteConnection {
    /// Reads all stored values of a table in its order.
    ///
    /// - Throws: ``SQLiteFileError``, or what `body` throws.
    func eachRow(of shape: TableShape, _ body: (borrowing Statement, Int32) throws -> Void) throws {
        let statement = try Statement(shape.orderedQuery, on: self, during: "read table \(shape.name)")
        let count = sqlite3_column_count(statement.handle)
        // A quoted name that is no column's would be taken for a text, and every row would say the same.
        for (position, name) in shape.columns.enumerated() {
            let found = sqlite3_column_name(statement.handle, Int32(position)).map { String(cString: $0) }
            guard found == name else {
                throw SQLiteFileError(
                    .damaged, at: path, during: "read table \(shape.name)",
                    message: "the name of its column \(position + 1) is not UTF-8")
            }
        }
        while try statement.step() { try body(statement, count) }
    }
}
