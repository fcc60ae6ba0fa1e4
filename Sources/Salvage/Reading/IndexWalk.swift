/// Walks the tree of an index, or of a table without rowids, which is built the same way.
struct IndexWalk {
    let file: PageFile
    /// Whether an entry with overflow pages is to be doubted, because its end is what matters and lies there.
    let endsAreDoubtful: Bool

    /// Calls `entry` for every entry, and `broken` for every page or cell that cannot be read, with whether it proves
    /// that an entry is lost.
    func walk(from root: Int, entry: (FoundRow) throws -> Void, broken: (_ isProven: Bool) throws -> Void) throws {
        var steps = [root]
        while let number = steps.popLast() {
            try file.limits.check()
            guard !file.isClaimed(number), let page = try file.page(number),
                let tree = file.treePage(page, isTable: false)
            else {
                // The root of an empty tree is a page too.
                try broken(number != root)
                continue
            }
            file.claim(number)
            let provesItsCells = tree.provesItsCells
            if tree.offsets.isEmpty && number != root { try broken(true) }
            if let rightmost = tree.rightmost { steps.append(rightmost) }
            for index in tree.offsets.indices.reversed() {
                guard let cell = tree.cell(index) else {
                    try broken(provesItsCells)
                    continue
                }
                if tree.kind.isInterior { steps.append(cell.leftChild) }
                let payload = try file.payload(of: cell, in: page)
                guard let record = Record(payload: payload.bytes, declaredSize: cell.payloadSize) else {
                    try broken(provesItsCells)
                    continue
                }
                try entry(
                    FoundRow(
                        page: number, rowID: nil, record: record,
                        isDoubtful: payload.isDoubtful || endsAreDoubtful && cell.overflow != nil))
            }
        }
    }
}
