/// The size of a database's pages and of what is reserved at their end.
struct Geometry: Equatable {
    let pageSize: Int
    let reserved: Int

    static let sizes = [512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536]

    /// Works out the sizes from the pages themselves, with the header as a witness that may be wrong.
    ///
    /// A b-tree page tells: its list of cells fits, and its cells reach to its end, where SQLite puts the first one.
    /// Nothing if no page of any size looks like one.
    static func find(in file: RawFile, header: Header, limits: Limits) throws -> Geometry? {
        var best: (votes: Votes, size: Int)?
        let claimed = header.pageSize
        for size in sizes {
            try limits.check()
            let votes = try Votes(file: file, pageSize: size, limits: limits)
            guard votes.coverage > 0 else { continue }
            let weight = size == claimed ? 2 : 1
            if let current = best {
                let currentWeight = current.size == claimed ? 2 : 1
                guard votes.coverage * weight > current.votes.coverage * currentWeight else { continue }
            }
            best = (votes, size)
        }
        guard let best else {
            // A file of one empty page, or only of a header, has no cells to tell by.
            guard header.isCredible, let claimed else { return nil }
            return Geometry(pageSize: claimed, reserved: header.reserved <= claimed - 480 ? header.reserved : 0)
        }
        return Geometry(pageSize: best.size, reserved: best.votes.reserved(claimed: header.reserved))
    }
}

/// What a sample of the pages says about one page size.
private struct Votes {
    private static let sample = 400
    let pageSize: Int
    private var byReserved: [Int: Int] = [:]
    private(set) var coverage = 0

    init(file: RawFile, pageSize: Int, limits: Limits) throws {
        self.pageSize = pageSize
        let count = (file.size + pageSize - 1) / pageSize
        let step = max(count / Self.sample, 1)
        for number in stride(from: 1, through: count, by: step) {
            let bytes = try file.bytes(at: (number - 1) * pageSize, count: pageSize)
            let page = Page(number: number, bytes: bytes, usable: pageSize)
            guard let end = Self.endOfCells(page) else { continue }
            byReserved[pageSize - end, default: 0] += 1
            coverage += pageSize
        }
    }

    /// Where the last cell ends, if the page is a b-tree page whose cells are near its end.
    private static func endOfCells(_ page: Page) -> Int? {
        guard let tree = TreePage(page), !tree.offsets.isEmpty,
            tree.offsets.allSatisfy({ $0 >= 8 && $0 < page.usable })
        else { return nil }
        var (end, valid) = (0, 0)
        for index in tree.offsets.indices {
            guard let cell = tree.cell(index) else { continue }
            if tree.kind == .tableInterior {
                guard let key = page.varint(at: tree.offsets[index] + 4) else { continue }
                end = max(end, tree.offsets[index] + 4 + key.length)
            } else {
                // A larger payload's local part depends on what is asked here.
                guard cell.payloadSize <= 64, cell.hasRecordHead(in: page) || tree.kind == .indexInterior else {
                    if cell.hasRecordHead(in: page) { valid += 1 }
                    continue
                }
                end = max(end, cell.localStart + cell.payloadSize)
            }
            valid += 1
        }
        guard valid * 2 > tree.offsets.count else { return nil }
        if end < page.usable - 255 {
            // All cells are large: their order tells nothing about the end, but that they parse is something.
            guard let last = tree.offsets.max(), tree.kind != .tableInterior,
                let cell = Cell(at: last, of: page, tree.kind)
            else { return nil }
            end = cell.localStart + cell.localSize + (cell.overflow == nil ? 0 : 4)
        }
        return end <= page.usable && end >= page.usable - 255 ? end : nil
    }

    /// The most frequent end wins, unless the header's is as good.
    func reserved(claimed: Int) -> Int {
        let total = byReserved.values.reduce(0, +)
        let most = byReserved.max { ($0.value, -$0.key) < ($1.value, -$1.key) }
        guard let most else { return 0 }
        let forClaimed = byReserved[claimed, default: 0]
        let reserved = forClaimed * 4 >= total ? claimed : most.key
        // Cells that end some bytes before the page does prove nothing: SQLite leaves gaps behind deleted ones.
        guard (byReserved[reserved] ?? 0) * 3 > total, reserved <= pageSize - 480 else {
            return claimed <= pageSize - 480 && forClaimed > 0 ? claimed : 0
        }
        return reserved
    }
}
