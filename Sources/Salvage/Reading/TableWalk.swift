/// Walks the tree of a table with rowids, around what cannot be read.
struct TableWalk {
    let file: PageFile
    let sink: any RowSink

    /// A page to visit, with the rowids its parent promises: above `low`, up to `high`.
    private struct Step {
        let page: Int
        let low: Int64
        let high: Int64
        let parent: Int

        func gap(_ rows: Int) -> Gap { Gap(above: low, upTo: high, rows: rows) }
    }

    /// Every page is visited once, so a loop in the tree ends the walk there.
    func walk(from root: Int) throws {
        var steps = [Step(page: root, low: .min, high: .max, parent: 0)]
        while let step = steps.popLast() {
            try file.limits.check()
            guard !file.isClaimed(step.page), let page = try file.page(step.page),
                let tree = file.treePage(page, isTable: true)
            else {
                // The root of an empty table is a page too: nothing proves that it had rows.
                try sink.take(step.gap(step.parent == 0 ? 0 : 1))
                continue
            }
            if tree.kind.isInterior {
                file.claim(step.page)
                try visitInterior(tree, step, &steps)
            } else {
                try visitLeaf(tree, step)
            }
        }
    }

    private func visitInterior(_ tree: TreePage, _ step: Step, _ steps: inout [Step]) throws {
        var children: [Step] = []
        var low = step.low
        var isUnsure = false
        let provesItsCells = tree.provesItsCells
        for index in tree.offsets.indices {
            guard let cell = tree.cell(index) else {
                // The next good key closes the hole that this one leaves.
                isUnsure = true
                continue
            }
            let isInOrder = cell.rowID >= low && cell.rowID <= step.high
            if !isInOrder || isUnsure {
                let high = isInOrder ? cell.rowID : step.high
                if isUnsure { try sink.take(Gap(above: low, upTo: high, rows: provesItsCells ? 1 : 0)) }
                children.append(Step(page: cell.leftChild, low: low, high: high, parent: step.page))
            } else {
                children.append(Step(page: cell.leftChild, low: low, high: cell.rowID, parent: step.page))
            }
            isUnsure = false
            if isInOrder { low = cell.rowID }
        }
        if isUnsure { try sink.take(Gap(above: low, upTo: step.high, rows: provesItsCells ? 1 : 0)) }
        children.append(Step(page: tree.rightmost ?? 0, low: low, high: step.high, parent: step.page))
        steps += children.reversed()
    }

    private func visitLeaf(_ tree: TreePage, _ step: Step) throws {
        let cells = tree.offsets.indices.compactMap { tree.cell($0) }
        if cells.isEmpty {
            // Only a table without rows has an empty leaf: its root.
            let isEmptyTable = step.parent == 0 && tree.offsets.isEmpty
            if isEmptyTable { file.claim(step.page) } else { try sink.take(step.gap(step.parent == 0 ? 0 : 1)) }
            return
        }
        let inRange = cells.count { $0.rowID > step.low && $0.rowID <= step.high }
        let belongs = try inRange * 2 >= cells.count && sink.fits(file.sampleRows(of: tree))
        guard belongs else {
            try sink.postpone(page: step.page, leaving: step.gap(1))
            return
        }
        file.claim(step.page)
        try takeRows(of: tree, low: step.low, high: step.high)
    }

    /// Hands over the rows of one leaf, which is claimed already; a cell that is none leaves a gap of one row.
    func takeRows(of tree: TreePage, low: Int64, high: Int64) throws {
        var (last, broken) = (low, 0)
        let cells = tree.offsets.indices.map { tree.cell($0) }
        let provesItsCells = cells.count { $0 != nil } * 2 >= cells.count && tree.provesItsCells
        func provable(_ cells: Int) -> Int { provesItsCells ? cells : 0 }
        for (index, cell) in cells.enumerated() {
            guard let cell else {
                broken += 1
                continue
            }
            let inferred = Self.onlyRowID(for: index, among: cells)
            let rowID = inferred ?? cell.rowID
            if broken > 0 { try sink.take(Gap(above: last, upTo: max(last, rowID), rows: provable(broken))) }
            broken = 0
            last = rowID
            let payload = try file.payload(of: cell, in: tree.page)
            guard let record = Record(payload: payload.bytes, declaredSize: cell.payloadSize) else {
                // Nothing of it can be read, so that it was a row is as good as its place in the list.
                try sink.take(Gap(above: rowID == .min ? .min : rowID - 1, upTo: rowID, rows: provable(1)))
                continue
            }
            try sink.take(
                FoundRow(
                    page: tree.page.number, rowID: rowID, record: record,
                    isDoubtful: payload.isDoubtful || inferred != nil))
        }
        if broken > 0 { try sink.take(Gap(above: last, upTo: high, rows: provable(broken))) }
    }

    /// The rowid of a cell that is out of order, if between its neighbours there is room for just one.
    private static func onlyRowID(for index: Int, among cells: [Cell?]) -> Int64? {
        guard index > 0, index + 1 < cells.count, let cell = cells[index], let before = cells[index - 1]?.rowID,
            let after = cells[index + 1]?.rowID, before < after,
            after.subtractingReportingOverflow(before) == (2, false),
            cell.rowID != before + 1
        else { return nil }
        return before + 1
    }
}
