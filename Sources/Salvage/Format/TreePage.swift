/// A page of a b-tree: its head and where its cells are (sqlite.org/fileformat2.html, 1.6).
struct TreePage {
    enum Kind: Int {
        case indexInterior = 2
        case tableInterior = 5
        case indexLeaf = 10
        case tableLeaf = 13

        var isInterior: Bool { self == .indexInterior || self == .tableInterior }
        var isTable: Bool { self == .tableInterior || self == .tableLeaf }
    }

    let page: Page
    let kind: Kind
    /// The page's last child, of an interior page.
    let rightmost: Int?
    /// The place of each cell in the page as its head has it; some may be nonsense.
    let offsets: [Int]
    /// Whether the list of cells ends before the cells begin.
    private let isConsistent: Bool

    /// Nothing if the head makes no sense; `assumed` is what to take the page for, whatever it says of itself.
    init?(_ page: Page, assumed: Kind? = nil) {
        let start = page.number == 1 ? 100 : 0
        guard let type = page.byte(at: start), let kind = assumed ?? Kind(rawValue: type),
            let count = page.short(at: start + 3)
        else { return nil }
        let first = start + (kind.isInterior ? 12 : 8)
        // A cell takes at least four bytes, and two in the list.
        guard count * 6 <= page.usable - first else { return nil }
        var offsets: [Int] = []
        offsets.reserveCapacity(count)
        for index in 0..<count {
            guard let offset = page.short(at: first + 2 * index) else { return nil }
            offsets.append(offset)
        }
        self.page = page
        self.kind = kind
        self.offsets = offsets
        let content = page.short(at: start + 5) ?? 0
        isConsistent = first + 2 * count <= (content == 0 ? 65_536 : content)
        rightmost = kind.isInterior ? page.long(at: start + 8) : nil
    }

    /// Where the first cell may begin at the earliest: behind the head, and behind the list if its length can be
    /// believed, which is not asked here.
    private var contentStart: Int { (page.number == 1 ? 100 : 0) + (kind.isInterior ? 12 : 8) + 2 }

    /// A cell, or nothing if it cannot be one.
    func cell(_ index: Int) -> Cell? {
        let offset = offsets[index]
        if offset >= contentStart, offset < page.usable { return Cell(at: offset, of: page, kind) }
        // SQLite ignores the bits that no page of this size needs, so a flip of one of them is harmless.
        let masked = offset & (page.bytes.count - 1)
        guard masked != offset, masked >= contentStart, masked < page.usable, !kind.isInterior,
            let cell = Cell(at: masked, of: page, kind), cell.overflow == nil, cell.hasRecordHead(in: page)
        else { return nil }
        return cell
    }

    /// Whether the number of cells proves how many there were: the list fits and most of what it names are cells.
    var provesItsCells: Bool {
        isConsistent && offsets.indices.count { cell($0) != nil } * 2 >= offsets.count
    }

    /// How much of the page makes sense, from 0 to 1; an empty page makes none.
    func plausibility(pageCount: Int) -> Double {
        let all = offsets.count + (kind.isInterior ? 1 : 0)
        guard all > 0 else { return 0 }
        var good = 0
        if let rightmost, (2...max(pageCount, 2)).contains(rightmost) { good += 1 }
        var last = Int64.min
        for index in offsets.indices {
            guard let cell = cell(index) else { continue }
            if kind.isInterior, !(2...max(pageCount, 2)).contains(cell.leftChild) { continue }
            if kind == .tableInterior {
                guard cell.rowID >= last else { continue }
                last = cell.rowID
            } else if !cell.hasRecordHead(in: page) {
                continue
            }
            good += 1
        }
        return Double(good) / Double(all)
    }
}

/// One cell of a b-tree page.
struct Cell {
    /// 0 in a leaf.
    let leftChild: Int
    /// The key of a table's row; 0 in an index.
    let rowID: Int64
    /// All the payload's bytes, also those on overflow pages; 0 in a table's interior page, which has none.
    let payloadSize: Int
    let localStart: Int
    let localSize: Int
    /// The first page of the rest of the payload.
    let overflow: Int?

    init?(at offset: Int, of page: Page, _ kind: TreePage.Kind) {
        var position = offset
        leftChild = kind.isInterior ? page.long(at: position) ?? 0 : 0
        if kind.isInterior { position += 4 }
        if kind == .tableInterior {
            guard let key = page.varint(at: position) else { return nil }
            (rowID, payloadSize, localStart, localSize, overflow) = (key.value, 0, position, 0, nil)
            return
        }
        guard let size = page.varint(at: position), size.value > 0, size.value <= 1 << 31 else { return nil }
        position += size.length
        if kind == .tableLeaf {
            guard let key = page.varint(at: position) else { return nil }
            rowID = key.value
            position += key.length
        } else {
            rowID = 0
        }
        payloadSize = Int(size.value)
        localStart = position
        let local = Self.localSize(of: payloadSize, usable: page.usable, kind)
        if local < payloadSize {
            guard let next = page.long(at: localStart + local) else { return nil }
            (localSize, overflow) = (local, next)
        } else {
            // A size that is too large by a flipped bit still leaves the fields to be read, as SQLite would.
            (localSize, overflow) = (min(local, page.usable - localStart), nil)
            guard localSize > 0 else { return nil }
        }
    }

    /// How much of a payload stays on the page (sqlite.org/fileformat2.html, "Cell Payload Overflow Pages").
    private static func localSize(of payload: Int, usable: Int, _ kind: TreePage.Kind) -> Int {
        let largest = kind == .tableLeaf ? usable - 35 : (usable - 12) * 64 / 255 - 23
        guard payload > largest else { return payload }
        let smallest = (usable - 12) * 32 / 255 - 23
        let local = smallest + (payload - smallest) % (usable - 4)
        return local <= largest ? local : smallest
    }

    /// Whether the payload begins as a record does.
    func hasRecordHead(in page: Page) -> Bool {
        guard localSize > 0, localSize == payloadSize || overflow != nil else { return false }
        let local = Array(page.bytes[localStart..<localStart + localSize])
        guard let types = SerialTypes(local, payloadSize: payloadSize, needsAll: overflow == nil) else { return false }
        return overflow == nil
            ? types.bodySize == payloadSize - types.headSize : types.bodySize <= payloadSize - types.headSize
    }
}
