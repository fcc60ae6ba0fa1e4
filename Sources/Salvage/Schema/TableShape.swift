/// What rows of a table look like in the file.
struct TableShape {
    enum Affinity { case integer, real, numeric, text, blob }

    struct Column {
        let name: String
        let affinity: Affinity
        /// A row without this field, older than the column, is possible only where this is false.
        let isRequired: Bool
        let isNotNull: Bool
        /// Computed by SQLite, though the file holds the result.
        let isGenerated: Bool
        /// The rowid under another name; the file has NULL in its place.
        let isRowID: Bool
    }

    let name: String
    /// In the order of a record's fields.
    let fields: [Column]
    let isWithoutRowID: Bool
    let isStrict: Bool
    /// A name for the rowid that no column has taken.
    let rowIDName: String?
    /// The key's columns of a table without rowids.
    let keyColumns: [String]

    /// Asks the new database, in which the table has just been made.
    init(of name: String, in database: Database) throws(SalvageError) {
        self.name = name
        let list = try Statement("SELECT wr, strict FROM pragma_table_list(?1) WHERE schema = 'main'", on: database)
        try list.bind([.text(Array(name.utf8))], encoding: .utf8)
        isWithoutRowID = try list.step() && list.integer(0) != 0
        isStrict = list.integer(1) != 0
        list.reset()
        let info = try Statement(
            "SELECT name, type, \"notnull\", dflt_value IS NOT NULL, pk, hidden FROM pragma_table_xinfo(?1, 'main')",
            on: database)
        try info.bind([.text(Array(name.utf8))], encoding: .utf8)
        var rows: [Declared] = []
        while try info.step() { rows.append(Declared(info)) }
        let keyIndexes = try Statement("SELECT 1 FROM pragma_index_list(?1, 'main') WHERE origin = 'pk'", on: database)
        try keyIndexes.bind([.text(Array(name.utf8))], encoding: .utf8)
        let hasKeyIndex = try keyIndexes.step()
        keyIndexes.reset()
        let keys = rows.filter { $0.key > 0 }.sorted { $0.key < $1.key }
        let alias = !isWithoutRowID && !hasKeyIndex && keys.count == 1 ? keys.first?.name : nil
        // Virtual columns (hidden 2) are not in the file.
        var stored = rows.filter { $0.hidden != 2 }
        if isWithoutRowID { stored = keys + stored.filter { $0.key == 0 } }
        fields = stored.map { $0.column(isRowID: $0.name == alias) }
        keyColumns = keys.map(\.name)
        let taken = Set(rows.map { $0.name.lowercased() })
        rowIDName =
            isWithoutRowID ? nil : alias ?? ["rowid", "_rowid_", "oid"].first { !taken.contains($0) }
    }

    /// A row of `PRAGMA table_xinfo`.
    private struct Declared {
        let name: String
        let type: String
        let isNotNull: Bool
        let hasDefault: Bool
        let key: Int64
        let hidden: Int64

        init(_ row: Statement) {
            name = row.text(0) ?? ""
            type = (row.text(1) ?? "").uppercased()
            isNotNull = row.integer(2) != 0
            hasDefault = row.integer(3) != 0
            key = row.integer(4)
            hidden = row.integer(5)
        }

        func column(isRowID: Bool) -> Column {
            Column(
                name: name, affinity: affinity, isRequired: key > 0 || isNotNull && !hasDefault, isNotNull: isNotNull,
                isGenerated: hidden == 3, isRowID: isRowID)
        }

        /// The rules of sqlite.org/datatype3.html, 3.1, in their order.
        private var affinity: Affinity {
            if type.contains("INT") { return .integer }
            if type.contains("CHAR") || type.contains("CLOB") || type.contains("TEXT") { return .text }
            if type.contains("BLOB") || type.isEmpty || type == "ANY" { return .blob }
            if type.contains("REAL") || type.contains("FLOA") || type.contains("DOUB") { return .real }
            return .numeric
        }
    }

    /// How well a record fits, from 0 (it cannot be a row of this table) to 1.
    func fit(_ record: Record) -> Double {
        guard record.values.count <= fields.count,
            fields[record.values.count...].allSatisfy({ !$0.isRequired || $0.isGenerated })
        else { return 0 }
        var score = 0.0
        for (value, field) in zip(record.values, fields) {
            guard let part = Self.fit(value, field, isStrict: isStrict) else { return 0 }
            score += part
        }
        // Short records are possible, yet rarer than whole ones.
        return max((1 + score) / Double(1 + fields.count), 0.01)
    }

    private static func fit(_ value: Value, _ field: Column, isStrict: Bool) -> Double? {
        if field.isRowID { return value.isNull ? 1 : nil }
        switch (value, field.affinity) {
        // The constraint may be younger than the row, or the schema itself changed: unlikely, not impossible.
        case (.null, _): return field.isNotNull ? -0.5 : 0.6
        // A column of text turns every number into text, so a number cannot be in one.
        case (.integer, .text), (.real, .text): return nil
        case (.integer, .integer), (.integer, .numeric), (.real, .real), (.text, .text): return 1
        case (.integer, .real), (.real, .numeric): return 0.9
        case (_, .blob): return value.isBlob ? 1 : 0.5
        case (.real, .integer): return isStrict ? nil : 0.3
        case (.text, _), (.blob, _): return isStrict ? nil : 0.2
        }
    }
}

extension Value {
    fileprivate var isBlob: Bool {
        if case .blob = self { return true }
        return false
    }
}
