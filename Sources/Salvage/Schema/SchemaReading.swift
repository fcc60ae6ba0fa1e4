/// The schema as far as it can be found.
struct SchemaReading {
    private(set) var entries: [SchemaEntry] = []
    /// Whether parts of it were unreadable.
    private(set) var isDamaged = false
    let encoding: TextEncoding

    /// Reads the tree that begins on page 1 and, if that is damaged, any page that looks like a part of it.
    ///
    /// Where not even the encoding of its texts is left, it is taken to be `otherwise`.
    init(_ file: PageFile, otherwise: TextEncoding? = nil) throws {
        encoding = try Self.guessEncoding(of: file) ?? file.header.encoding ?? otherwise ?? .utf8
        let rows = SchemaRows(encoding)
        try TableWalk(file: file, sink: rows).walk(from: 1)
        isDamaged = rows.isDamaged || !file.header.isCredible
        if rows.isDamaged { try Self.search(file, rows) }
        var seen: Set<String> = []
        // An index and a table cannot have the same name either.
        for entry in rows.entries where seen.insert(entry.name.lowercased()).inserted { entries.append(entry) }
    }

    /// Adds what only the good set knows.
    mutating func add(_ others: [SchemaEntry]) {
        let names = Set(entries.map { $0.name.lowercased() })
        entries += others.filter { !names.contains($0.name.lowercased()) }
    }

    private static func search(_ file: PageFile, _ rows: SchemaRows) throws {
        guard file.pageCount > 1 else { return }
        for number in 2...file.pageCount where !file.isClaimed(number) {
            if number % 1_024 == 0 { try file.limits.check() }
            guard let page = try file.page(number), let tree = TreePage(page), tree.kind == .tableLeaf,
                !tree.offsets.isEmpty, rows.fits(try file.sampleRows(of: tree))
            else { continue }
            file.claim(number)
            try TableWalk(file: file, sink: rows).takeRows(of: tree, low: .min, high: .max)
        }
    }

    /// The first word of the schema's rows tells how texts are kept, which the header may have wrong.
    private static func guessEncoding(of file: PageFile) throws -> TextEncoding? {
        for number in 1...max(file.pageCount, 1) {
            if number % 1_024 == 0 { try file.limits.check() }
            guard let page = try file.page(number), let tree = TreePage(page, assumed: number == 1 ? .tableLeaf : nil),
                tree.kind == .tableLeaf
            else { continue }
            let rows = try file.sampleRows(of: tree)
            for encoding in TextEncoding.allCases
            where rows.contains(where: {
                SchemaEntry($0.record, encoding: encoding)?.isTrustworthy ?? false
            }) {
                return encoding
            }
        }
        return nil
    }
}

/// Takes the rows of the schema's tree.
private final class SchemaRows: RowSink {
    private let encoding: TextEncoding
    private(set) var entries: [SchemaEntry] = []
    private(set) var isDamaged = false

    init(_ encoding: TextEncoding) { self.encoding = encoding }

    func take(_ row: FoundRow) {
        if let entry = SchemaEntry(row.record, encoding: encoding), row.record.isWhole {
            entries.append(entry)
        } else {
            isDamaged = true
        }
    }

    func take(_ gap: Gap) { isDamaged = true }
    func postpone(page: Int, leaving gap: Gap) { isDamaged = true }

    func fits(_ rows: [FoundRow]) -> Bool {
        let schema = rows.count { row in
            guard row.record.values.count == 5 else { return false }
            // The text itself may be on overflow pages.
            return SchemaEntry(row.record, encoding: encoding) != nil
        }
        return schema > 0 && schema * 2 >= rows.count
    }
}
