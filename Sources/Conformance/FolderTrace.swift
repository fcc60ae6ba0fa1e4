import Foundation
import Glibc
import SystemPackage

/// Everything in some folders, so that a change can be seen.
struct FolderTrace: Hashable {
    private struct Fact: Hashable {
        let mode: UInt32, size: Int, inode: UInt
        let changed: [Int]
    }

    private static let most = 100_000
    private var facts: [String: Fact] = [:]

    init(of folders: [FilePath]) {
        for folder in folders {
            add(folder.string)
            let names = FileManager.default.enumerator(atPath: folder.string)
            while let name = names?.nextObject() as? String, facts.count < Self.most { add("\(folder)/\(name)") }
        }
    }

    private mutating func add(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        facts[path] = Fact(
            mode: status.st_mode, size: status.st_size, inode: UInt(status.st_ino),
            changed: [status.st_ctim.tv_sec, status.st_ctim.tv_nsec])
    }

    /// What is different, in words; nil where nothing is.
    func difference(from before: FolderTrace) -> String? {
        let paths = Set(facts.keys).union(before.facts.keys).filter { facts[$0] != before.facts[$0] }
        // A folder changes with what is in it: the innermost says most.
        guard let path = paths.max(by: { ($0.count, $0) < ($1.count, $1) }) else { return nil }
        let verb = before.facts[path] == nil ? "made" : facts[path] == nil ? "removed" : "changed"
        return "it \(verb) \(path)"
    }
}
