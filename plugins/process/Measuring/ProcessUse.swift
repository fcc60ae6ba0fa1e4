import DurableFiles
import Foundation
import PluginKit
import ProcFS

/// What the trees of some processes take, at one instant and over a short time.
struct ProcessUse: Sendable {
    var processes = 0
    var threads = 0
    /// In percent of one processor.
    var cpu = 0.0
    /// In bytes: pages that several processes share are counted in each of them.
    var resident = 0.0
    /// In bytes, shared pages counted in shares; nil where not all processes tell.
    var proportional: Double?
    /// Of the process that has most of the files open that it may; nil where none tells.
    var fullest: (pid: Int32, name: String, files: OpenFiles)?
    /// What could not be read for want of permission: open files, memory.
    var refused: Set<String> = []

    /// What counts as the memory: with shared pages in shares where that is known.
    var memory: Double { proportional ?? resident }
}

/// Measures trees of processes, which may change meanwhile.
struct ProcessMeter: Sendable {
    let proc: ProcFS
    /// Over how long the use of processors is measured.
    let sample: Duration

    /// What the trees take.
    ///
    /// - Parameter roots: the processes at their tops.
    /// - Returns: nil where none of the roots was there until the end.
    /// - Throws: `FileError`, `CancellationError`.
    func measure(_ roots: [ProcessStatus]) async throws -> ProcessUse? {
        let pids = roots.map(\.pid)
        let before = try proc.table().tree(of: pids)
        let start = ContinuousClock.now
        try await Task.sleep(for: sample)
        let table = try proc.table()
        let elapsed = start.duration(to: .now)
        let alive = roots.filter { root in
            table.statuses[root.pid].map { $0.startTicks == root.startTicks && !$0.isZombie } ?? false
        }
        guard !alive.isEmpty else { return nil }
        let after = table.tree(of: alive.map(\.pid)).filter { !$0.isZombie }
        var use = ProcessUse(processes: after.count, threads: after.map(\.threads).reduce(0, +))
        // Who ends gives its time to its parent, so that it stays in the sum; who is taken up by process 1 takes it along.
        let used = after.map(\.processorTime).reduce(0, +) - before.map(\.processorTime).reduce(0, +)
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        use.cpu = max(used, 0) * 100 / max(seconds, 0.001)
        use.resident = after.map(\.residentBytes).reduce(0, +)
        readMemory(of: after, into: &use)
        readFiles(of: after, into: &use)
        return use
    }

    private func readMemory(of processes: [ProcessStatus], into use: inout ProcessUse) {
        var sum = 0.0
        for process in processes {
            do throws(FileError) {
                // A process that has ended takes none; where the kernel does not tell of any, the sum stays nothing.
                sum += try proc.proportionalBytes(of: process.pid) ?? 0
            } catch {
                use.refused.insert("memory in shares")
                return
            }
        }
        if sum > 0 { use.proportional = sum }
    }

    private func readFiles(of processes: [ProcessStatus], into use: inout ProcessUse) {
        for process in processes {
            do throws(FileError) {
                guard let files = try proc.openFiles(of: process.pid) else { continue }
                if let fullest = use.fullest, fullest.files.share >= files.share { continue }
                use.fullest = (process.pid, Excerpt.of(process.name, limit: 40), files)
            } catch {
                use.refused.insert("open files")
            }
        }
    }
}

extension OpenFiles {
    /// In percent of the limit; a little where there is no limit, more where there are more.
    var share: Double {
        guard let limit else { return 0 }
        return limit == 0 ? 100 : Double(count) * 100 / Double(limit)
    }
}
