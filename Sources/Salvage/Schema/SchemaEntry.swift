/// One row of `sqlite_schema`.
struct SchemaEntry {
    enum Kind: String { case table, index, view, trigger }

    let kind: Kind
    let name: String
    let table: String
    /// 0 for what has no tree of its own.
    let root: Int
    /// Nothing for an index that a constraint made.
    let sql: String?
    /// Whether it is taken from the good set, whose root page need not be this file's.
    var isFromGoodSet = false

    /// Nothing if the row cannot be one of a schema.
    init?(_ record: Record, encoding: TextEncoding) {
        guard record.values.count == 5, case .text(let kind) = record.values[0],
            case .text(let name) = record.values[1], case .text(let table) = record.values[2],
            let kind = Kind(rawValue: encoding.string(kind)), !name.isEmpty
        else { return nil }
        self.kind = kind
        self.name = encoding.string(name)
        self.table = encoding.string(table)
        if case .integer(let root) = record.values[3] { self.root = Int(root) } else { root = 0 }
        if case .text(let sql) = record.values[4] { self.sql = encoding.string(sql) } else { sql = nil }
    }

    var isVirtual: Bool { words.prefix(2) == ["create", "virtual"] }
    /// SQLite makes and names these itself.
    var isInternal: Bool { name.lowercased().hasPrefix("sqlite_") }
    /// Whether the text makes what the entry says, and not something else.
    var isTrustworthy: Bool {
        switch kind {
        case .table: words.prefix(2) == ["create", "table"] || isVirtual
        case .index: words.prefix(2) == ["create", "index"] || words.prefix(3) == ["create", "unique", "index"]
        case .view: words.prefix(2) == ["create", "view"]
        case .trigger: words.prefix(2) == ["create", "trigger"]
        }
    }

    private var words: [String] {
        (sql ?? "").prefix(60).split(whereSeparator: { $0.isWhitespace }).prefix(3).map { $0.lowercased() }
    }
}
