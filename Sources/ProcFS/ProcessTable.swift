package import DurableFiles

/// All processes that can be seen at about one instant, and who started whom.
package struct ProcessTable: Sendable {
    package let statuses: [Int32: ProcessStatus]
    private let children: [Int32: [Int32]]

    /// Makes a table of processes that somebody has looked at.
    package init(_ statuses: some Sequence<ProcessStatus>) {
        self.statuses = Dictionary(statuses.map { ($0.pid, $0) }, uniquingKeysWith: { first, _ in first })
        children = Dictionary(grouping: self.statuses.values, by: \.parent).mapValues { $0.map(\.pid).sorted() }
    }

    /// These processes, and all that they and their children have started, as far as they are still there.
    ///
    /// A process whose parent has ended is a child of process 1 or of a caretaker, and no longer of its line.
    package func tree(of roots: some Sequence<Int32>) -> [ProcessStatus] {
        var waiting = Array(roots.reversed())
        var seen: Set<Int32> = []
        var found: [ProcessStatus] = []
        while let pid = waiting.popLast() {
            // Read one after the other, numbers may have been used again meanwhile, and stand in a circle.
            guard seen.insert(pid).inserted, let status = statuses[pid] else { continue }
            found.append(status)
            waiting += (children[pid] ?? []).reversed()
        }
        return found
    }

    /// Those of some processes that none of the others has started.
    package func tops(of pids: Set<Int32>) -> [ProcessStatus] {
        pids.sorted().compactMap { statuses[$0] }.filter { !ancestors(of: $0.pid).contains(where: pids.contains) }
    }

    /// The parent of a process, its parent, and so on.
    package func ancestors(of pid: Int32) -> [Int32] {
        var found: [Int32] = []
        var current = pid
        while let parent = statuses[current]?.parent, parent > 0, parent != pid, !found.contains(parent) {
            found.append(parent)
            current = parent
        }
        return found
    }
}

extension ProcFS {
    /// Looks at all processes, one after the other.
    ///
    /// - Throws: `FileError` where /proc cannot be listed; processes that may not be looked at are left out.
    package func table() throws(FileError) -> ProcessTable {
        // One that may not be looked at is one that cannot be seen, as with the mount option hidepid.
        ProcessTable(try processes().compactMap { try? status(of: $0) })
    }
}
