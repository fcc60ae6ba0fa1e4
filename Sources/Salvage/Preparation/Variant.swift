import SQLiteFile
import SystemPackage

/// The private copy that the repair goes on with, and why it is that one.
struct Variant {
    let copy: PrivateCopy
    let notes: [String]

    /// Copies the file with what lies beside it and, if that looks wrong, also without, and takes the better one.
    ///
    /// A WAL or journal of another database ruins a file that is whole without it. So the sidecars are left out when
    /// without them the file is whole and has no table in common with what they make of it, or has more rows than
    /// the damaged database that they make of it.
    static func choose(
        _ original: FilePath, sidecars: [String], folder: FilePath, limits: Limits
    ) throws -> Variant {
        let with = try PrivateCopy(of: original, sidecars: sidecars, into: folder.appending("with"), limits: limits)
        guard !sidecars.isEmpty else { return Variant(copy: with, notes: []) }
        let names = sidecars.joined(separator: " and ")
        let without = try PrivateCopy(of: original, sidecars: [], into: folder.appending("without"), limits: limits)
        if try RawFile(with.path).isSame(as: RawFile(without.path)) {
            return Variant(copy: with, notes: ["the \(names) beside the file changes nothing: SQLite ignores it"])
        }
        let (first, second) = (try Census(of: with.path, limits), try Census(of: without.path, limits))
        let isWhole = without.verdict <= .foreignKeys
        let isOther = !second.tables.isEmpty && first.tables.isDisjoint(with: second.tables)
        let isWorse = with.verdict > .foreignKeys && (second.rows, isWhole ? 1 : 0) > (first.rows, 0)
        if isWhole && isOther || isWorse {
            let reason = isOther ? "it is of another database" : "with it the file is worse than without"
            return Variant(
                copy: without, notes: ["the \(names) beside the file was left out: \(reason)"])
        }
        return Variant(copy: with, notes: ["the \(names) beside the file was taken into account"])
    }
}

/// What a look along the trees finds, without decoding more than is needed.
struct Census {
    private(set) var tables: Set<String> = []
    private(set) var rows = 0
    /// Whether every page of every table could be read and held rows of its own.
    private(set) var isWhole = true

    init(of path: FilePath, _ limits: Limits) throws {
        guard let file = try PageFile(path, limits: limits) else {
            isWhole = false
            return
        }
        let schema = try SchemaReading(file)
        isWhole = !schema.isDamaged
        for entry in schema.entries where entry.kind == .table && !entry.isVirtual {
            if !entry.isInternal { tables.insert(entry.name) }
            guard entry.root > 1 else { continue }
            let counter = Counter()
            let isIndexLike = try file.page(entry.root).flatMap { TreePage($0) }.map { !$0.kind.isTable } ?? false
            if isIndexLike {
                try IndexWalk(file: file, endsAreDoubtful: false).walk(
                    from: entry.root, entry: { counter.take($0) }, broken: { _ in counter.isWhole = false })
            } else {
                try TableWalk(file: file, sink: counter).walk(from: entry.root)
            }
            rows += counter.rows
            isWhole = isWhole && counter.isWhole
        }
    }

    private final class Counter: RowSink {
        var rows = 0
        var isWhole = true

        func take(_ row: FoundRow) { if row.record.isWhole { rows += 1 } else { isWhole = false } }
        func take(_ gap: Gap) { isWhole = false }
        func postpone(page: Int, leaving gap: Gap) { isWhole = false }
        func fits(_ rows: [FoundRow]) -> Bool { true }
    }
}
