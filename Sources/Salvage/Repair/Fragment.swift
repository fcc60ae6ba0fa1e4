/// Leaf pages that nothing reaches and that belong together: below one lost interior page, or a leaf alone.
struct Fragment {
    let root: Int
    let leaves: [Int]

    /// All fragments of tables among the pages without an owner.
    static func all(in file: PageFile) throws -> [Fragment] {
        var interiors: [Int: [Int]] = [:]
        var leaves: [Int] = []
        for number in 1...file.pageCount where !file.isClaimed(number) {
            if number % 256 == 0 { try file.limits.check() }
            guard let page = try file.page(number), let tree = TreePage(page), tree.kind.isTable,
                tree.plausibility(pageCount: file.pageCount) >= 0.5
            else { continue }
            if tree.kind == .tableLeaf {
                leaves.append(number)
            } else {
                interiors[number] =
                    tree.offsets.indices.compactMap { tree.cell($0)?.leftChild } + [tree.rightmost ?? 0]
            }
        }
        let children = Set(interiors.values.joined())
        let leafSet = Set(leaves)
        var seen: Set<Int> = []
        var fragments: [Fragment] = []
        for root in interiors.keys.sorted() where !children.contains(root) {
            var (found, steps): ([Int], [Int]) = ([], [root])
            while let number = steps.popLast() {
                guard seen.insert(number).inserted else { continue }
                if leafSet.contains(number) { found.append(number) }
                steps += (interiors[number] ?? []).reversed()
            }
            if !found.isEmpty { fragments.append(Fragment(root: root, leaves: found)) }
        }
        return fragments + leaves.filter { !seen.contains($0) }.map { Fragment(root: $0, leaves: [$0]) }
    }

    /// Some rows from leaves all over it.
    func sample(in file: PageFile) throws -> [FoundRow] {
        var rows: [FoundRow] = []
        for index in stride(from: 0, to: leaves.count, by: max(leaves.count / 20, 1)) {
            guard let page = try file.page(leaves[index]), let tree = TreePage(page) else { continue }
            rows += try file.sampleRows(of: tree, limit: 20)
        }
        return rows
    }
}
