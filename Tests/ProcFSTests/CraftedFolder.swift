import DurableFiles
import Foundation
import SystemPackage

@testable import ProcFS

/// A folder with files as /proc has them, removed with the last reference to it.
final class CraftedFolder {
    let root: FilePath
    var proc: ProcFS { ProcFS(root: root) }

    init() throws {
        root = FilePath(FileManager.default.temporaryDirectory.path).appending("procfs-\(UUID().uuidString)")
        try Folder.create(root, isDurable: false)
    }

    deinit {
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        try? Folder.removeTree(root)
    }

    func write(_ path: String, _ text: String) throws { try write(path, Array(text.utf8)) }

    func write(_ path: String, _ bytes: [UInt8]) throws {
        let file = root.appending(path)
        try Folder.create(Folder.parent(of: file), isDurable: false)
        try Data(bytes).write(to: URL(fileURLWithPath: file.string))
    }

    /// A process as `stat` tells of it.
    func process(_ pid: Int32, parent: Int32 = 1, name: String = "api", state: String = "S", rest: String? = nil) throws
    {
        let fields = rest ?? "\(pid) \(pid) 0 -1 4194560 100 0 0 0 100 50 30 20 20 0 4 0 5000 1000000 25 0 0"
        try write("\(pid)/stat", "\(pid) (\(name)) \(state) \(parent) \(fields)\n")
    }
}
