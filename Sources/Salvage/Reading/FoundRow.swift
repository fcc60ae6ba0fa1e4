/// A row as it was found on a page.
struct FoundRow {
    let page: Int
    /// Nothing in a table without rowids.
    let rowID: Int64?
    let record: Record
    /// Whether a part of it may be another row's.
    var isDoubtful = false
}

/// A part of a table that could not be read, and what is known of it.
struct Gap {
    /// The rowids that may be missing.
    let range: ClosedRange<Int64>
    /// How many rows there were at least.
    let rows: Int

    /// Rowids above `low` up to and with `high`.
    init(above low: Int64, upTo high: Int64, rows: Int) {
        let first = low == .max ? low : low + 1
        range = first <= high ? first...high : high...max(high, low)
        self.rows = rows
    }

    private init(_ range: ClosedRange<Int64>, rows: Int) { (self.range, self.rows) = (range, rows) }

    /// One gap over both; what they prove together is no more than what one of them does, for they may be the same.
    func united(with other: Gap) -> Gap {
        let low = min(range.lowerBound, other.range.lowerBound)
        return Gap(low...max(range.upperBound, other.range.upperBound), rows: max(rows, other.rows))
    }

    static let everything = Gap(above: .min, upTo: .max, rows: 0)
}

/// What takes the rows and gaps of a walk.
protocol RowSink: AnyObject {
    func take(_ row: FoundRow) throws
    func take(_ gap: Gap) throws
    /// A page whose rows do not belong where the tree has it; the gap is what is missing there.
    func postpone(page: Int, leaving gap: Gap) throws
    /// Whether rows like these can be the walked table's.
    func fits(_ rows: [FoundRow]) -> Bool
}
