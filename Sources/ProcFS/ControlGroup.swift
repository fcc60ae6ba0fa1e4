package import DurableFiles
package import SystemPackage

/// The memory that a control group allows and that is left of it, in bytes.
package struct MemoryLimit: Hashable, Sendable {
    package let limit: Double
    /// What is left, with the pages of files that the kernel can let go of.
    package let available: Double
}

extension ProcFS {
    /// The tightest limit of memory that the control groups of this process set.
    ///
    /// - Parameter groups: where control groups are mounted: version 2, version 1, or both side by side.
    /// - Returns: nil where they set none.
    /// - Throws: `FileError` where a file of theirs may not be read.
    package func memoryLimit(groups: FilePath = "/sys/fs/cgroup") throws(FileError) -> MemoryLimit? {
        var tightest: MemoryLimit?
        for line in (try text("self/cgroup") ?? "").split(separator: "\n") {
            // `0::/path` is of version 2, `4:memory:/path` of version 1.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let files: ControlGroupFiles
            switch parts[1] {
            case "": files = .version2
            case let names where names.split(separator: ",").contains("memory"): files = .version1
            default: continue
            }
            for top in files.tops(groups) {
                for folder in Self.lineage(of: FilePath(String(parts[2])), below: top) {
                    guard let found = try limit(in: folder, files) else { continue }
                    if found.available < tightest?.available ?? .infinity { tightest = found }
                }
            }
        }
        return tightest
    }

    /// The folder of a group and those above it; in a container the path may be one of the host, and not be there.
    private static func lineage(of group: FilePath, below top: FilePath) -> [FilePath] {
        // In a namespace the path may begin with `..`, which leads to no group that can be seen.
        var folder = top.appending(group.components.filter { $0.kind == .regular })
        var folders = [folder]
        while folder != top, folder.components.count > top.components.count {
            folder.removeLastComponent()
            folders.append(folder)
        }
        return folders
    }

    private func limit(in folder: FilePath, _ files: ControlGroupFiles) throws(FileError) -> MemoryLimit? {
        // The same rules for what is gone, below another root.
        let group = ProcFS(root: folder)
        func number(_ name: String) throws(FileError) -> Double? {
            try group.text(name)?.split(whereSeparator: \.isWhitespace).first.flatMap { UInt64($0) }.map { Double($0) }
        }
        guard let limit = try number(files.limit), let used = try number(files.used) else { return nil }
        let statistics = try group.text("memory.stat") ?? ""
        let line = statistics.split(separator: "\n").first { $0.hasPrefix(files.reclaimable + " ") }
        let reclaimable = line?.split(separator: " ").last.flatMap { UInt64($0) }.map { Double($0) } ?? 0
        return MemoryLimit(limit: limit, available: min(max(limit - used + reclaimable, 0), limit))
    }
}

/// What the files are called in which a control group tells of its memory.
private enum ControlGroupFiles {
    case version1
    case version2

    var limit: String { self == .version1 ? "memory.limit_in_bytes" : "memory.max" }
    var used: String { self == .version1 ? "memory.usage_in_bytes" : "memory.current" }
    var reclaimable: String { self == .version1 ? "total_inactive_file" : "inactive_file" }

    func tops(_ groups: FilePath) -> [FilePath] {
        self == .version1 ? [groups.appending("memory")] : [groups, groups.appending("unified")]
    }
}
