import SystemPackage

/// A damaged database as pages, and which of them have been found to belong to something.
final class PageFile {
    let file: RawFile
    let header: Header
    let geometry: Geometry
    let limits: Limits
    /// The last page's number; a last page that was cut counts.
    let pageCount: Int
    /// Pages that a tree, the freelist or the format itself has a claim on; index 0 is not used.
    private var claims: [Claim]
    /// Pages read for overflow chains that led nowhere or through others' pages, so that a hostile file cannot cost
    /// its square.
    private var wastedReads = 0

    private enum Claim: UInt8 { case none, tree, overflow }

    /// The bytes of a row, as many of them as there are.
    struct Payload {
        var bytes: [UInt8]
        /// Whether a page was read that belongs to another row too, or came twice: one of them is not what it was.
        var isDoubtful = false
    }

    /// Nothing if the file has no page that could be one of a database.
    init?(_ path: FilePath, limits: Limits) throws {
        file = try RawFile(path)
        header = Header(try file.bytes(at: 0, count: min(file.size, 100)))
        guard file.size > 0, let geometry = try Geometry.find(in: file, header: header, limits: limits) else {
            return nil
        }
        self.geometry = geometry
        self.limits = limits
        pageCount = (file.size + geometry.pageSize - 1) / geometry.pageSize
        claims = Array(repeating: .none, count: pageCount + 1)
        try claimFixedPages()
    }

    var usable: Int { geometry.pageSize - geometry.reserved }

    func page(_ number: Int) throws -> Page? {
        guard number >= 1, number <= pageCount else { return nil }
        let bytes = try file.bytes(at: (number - 1) * geometry.pageSize, count: geometry.pageSize)
        return Page(number: number, bytes: bytes, usable: usable)
    }

    func isClaimed(_ number: Int) -> Bool { number < 1 || number > pageCount || claims[number] != .none }

    func claim(_ number: Int) { if number >= 1, number <= pageCount { claims[number] = .tree } }

    /// The payload of a cell, as much of it as there is.
    ///
    /// Its overflow pages become its own, unless they end too early. A page that another row has
    /// already is read nevertheless: which of the two is right cannot be told.
    func payload(of cell: Cell, in page: Page) throws -> Payload {
        var payload = Payload(bytes: Array(page.bytes[cell.localStart..<cell.localStart + cell.localSize]))
        guard var next = cell.overflow, cell.payloadSize <= file.size else { return payload }
        var (taken, shared): ([Int], Int) = ([], 0)
        while payload.bytes.count < cell.payloadSize, next > 1, next <= pageCount, claims[next] != .tree,
            let part = try self.page(next)
        {
            if claims[next] == .overflow {
                shared += 1
                guard wastedReads + shared < mostWastedReads else { break }
            } else {
                claims[next] = .overflow
                taken.append(next)
            }
            payload.bytes += part.bytes[4..<4 + min(cell.payloadSize - payload.bytes.count, usable - 4)]
            next = part.long(at: 0) ?? 0
            if (taken.count + shared) % 1_024 == 0 { try limits.check() }
        }
        payload.isDoubtful = shared > 0
        let isCut = payload.bytes.count < cell.payloadSize
        wastedReads += shared + (isCut ? taken.count : 0)
        if isCut && wastedReads < mostWastedReads { for number in taken { claims[number] = .none } }
        return payload
    }

    private var mostWastedReads: Int { 4 * pageCount + 10_000 }

    /// The lock-byte page, which SQLite never uses, and the pointer maps of an auto-vacuum database
    /// (sqlite.org/fileformat2.html, 1.3.1 and 1.8).
    private func claimFixedPages() throws {
        let lockPage = 0x4000_0000 / geometry.pageSize + 1
        claim(lockPage)
        guard try hasPointerMap() else { return }
        let step = usable / 5 + 1
        for number in stride(from: 2, through: pageCount, by: step) {
            claim(number == lockPage ? number + 1 : number)
        }
    }

    /// Whether the header's word that there are pointer maps is borne out by the first, which page 2 must be.
    private func hasPointerMap() throws -> Bool {
        guard header.autoVacuum != 0, let map = try page(2) else { return false }
        for entry in 0..<min(usable / 5, pageCount - 2) {
            guard let kind = map.byte(at: 5 * entry), (1...5).contains(kind), let parent = map.long(at: 5 * entry + 1),
                parent <= pageCount
            else { return entry * 2 > min(usable / 5, pageCount - 2) }
        }
        return true
    }
}
