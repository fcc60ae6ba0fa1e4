extension PageFile {
    /// Takes a page for what it says it is, or for the other kind of the same tree if that makes more sense.
    func treePage(_ page: Page, isTable: Bool) -> TreePage? {
        let kinds: [TreePage.Kind] = isTable ? [.tableLeaf, .tableInterior] : [.indexLeaf, .indexInterior]
        let said = TreePage(page)
        if let said, said.kind.isTable == isTable {
            if said.offsets.isEmpty && !said.kind.isInterior { return said }
            if said.plausibility(pageCount: pageCount) >= 0.5 { return said }
        }
        var best: (tree: TreePage, score: Double)?
        for kind in kinds {
            guard let tree = TreePage(page, assumed: kind) else { continue }
            let score = tree.plausibility(pageCount: pageCount)
            // What a page does not claim to be must be shown by more than half of it.
            let needed = kind == said?.kind ? 0 : 0.6
            if score > max(needed, best?.score ?? 0) { best = (tree, score) }
        }
        return best?.tree
    }

    /// The rows of a leaf, whole or not, without a claim on anything; for a look at what a page holds.
    func sampleRows(of tree: TreePage, limit: Int = 60) throws -> [FoundRow] {
        var rows: [FoundRow] = []
        let step = max(tree.offsets.count / limit, 1)
        for index in stride(from: 0, to: tree.offsets.count, by: step) {
            guard let cell = tree.cell(index), cell.localSize > 0 else { continue }
            let local = Array(tree.page.bytes[cell.localStart..<cell.localStart + cell.localSize])
            guard let record = Record(payload: local, declaredSize: cell.payloadSize),
                cell.overflow != nil || record.isExact
            else { continue }
            rows.append(FoundRow(page: tree.page.number, rowID: cell.rowID, record: record))
        }
        return rows
    }
}
