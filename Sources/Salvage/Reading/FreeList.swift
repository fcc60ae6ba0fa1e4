/// The pages that the database has put aside (sqlite.org/fileformat2.html, 1.5).
struct FreeList {
    /// Whether every free page is known, so that a page that nothing reaches has been lost rather than freed.
    let isWhole: Bool
    let pages: Int

    /// Walks the list and claims its pages.
    init(claimingIn file: PageFile) throws {
        var (next, found, isBroken) = (file.header.firstTrunk, 0, !file.header.isCredible)
        while next != 0 {
            guard !file.isClaimed(next), next != 1, let trunk = try file.page(next), let count = trunk.long(at: 4),
                count <= (file.usable - 8) / 4, Self.looksLikeTrunk(trunk, of: file)
            else {
                isBroken = true
                break
            }
            file.claim(next)
            found += 1
            for index in 0..<count {
                guard let leaf = trunk.long(at: 8 + 4 * index), leaf > 1, !file.isClaimed(leaf) else {
                    isBroken = true
                    continue
                }
                file.claim(leaf)
                found += 1
            }
            next = trunk.long(at: 0) ?? 0
            try file.limits.check()
        }
        pages = found
        isWhole = !isBroken && found >= file.header.freePages
    }

    /// A leaf of a tree begins with its kind, a trunk with a page number below 16 million.
    private static func looksLikeTrunk(_ page: Page, of file: PageFile) -> Bool {
        page.byte(at: 0) == 0 || file.pageCount >= 1 << 24
    }
}
