/// The last lines of an output that may be long.
struct LineTail {
    private let limit: Int
    private var kept: [String] = []
    private var count = 0
    /// The last line that says anything.
    private(set) var last: String?

    /// In characters; what a line has beyond them is cut.
    private static let longest = 2000

    init(limit: Int) { self.limit = limit }

    /// As many of the last lines as are wanted.
    var lines: ArraySlice<String> { kept.suffix(limit) }
    /// How many came before them.
    var dropped: Int { count - lines.count }

    mutating func add(_ line: String) {
        let cut = line.utf8.count > Self.longest ? String(line.prefix(Self.longest)) : line
        if cut.contains(where: { !$0.isWhitespace }) { last = String(cut.prefix(500)) }
        count += 1
        kept.append(cut)
        // Many at a time: to remove the first of a thousand is as much work as to remove half of them.
        if kept.count > limit + 1000 { kept.removeFirst(kept.count - limit) }
    }
}
