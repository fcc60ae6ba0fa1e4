import DurableFiles
import Globbing
import SystemPackage

/// Finds everything that rules are about, following no symbolic link.
struct PermissionTargets {
    /// A file or folder and what is wrong with it.
    struct Target {
        let path: FilePath
        let facts: FileFacts
        let difference: Difference
        let rule: PermissionRule
    }

    private struct Identity: Hashable {
        let device: UInt64
        let inode: UInt64
    }

    private(set) var different: [Target] = []
    private(set) var looked = 0
    /// What keeps rules from being applied, in words.
    private(set) var problems: [String] = []
    private(set) var warnings: [String] = []
    /// By which names hard-linked files were found.
    private var names: [Identity: Set<FilePath>] = [:]
    private var roots: [FilePath] = []
    private var isFull = false

    private static let mostPaths = 10_000
    private static let most = 200_000
    private static let deepest = 64

    init(_ rules: [PermissionRule]) throws {
        for rule in rules {
            try Task.checkCancellation()
            do throws(FileError) {
                try find(rule)
            } catch {
                problems.append(Self.words(error))
            }
        }
        if isFull { problems.append("more than \(Self.most) files and folders: the others were not looked at") }
    }

    /// The folders above all that was looked at, the root among them.
    var foldersAbove: [FilePath] {
        var seen: Set<FilePath> = []
        var folders: [FilePath] = []
        for root in roots {
            var folder = Folder.parent(of: root)
            while seen.insert(folder).inserted {
                folders.append(folder)
                folder = Folder.parent(of: folder)
            }
        }
        return folders
    }

    /// How many names of a file lie where the rules do not look.
    func strangeNames(of facts: FileFacts) -> Int {
        guard facts.kind == .file, facts.linkCount > 1 else { return 0 }
        return facts.linkCount - (names[Identity(device: facts.device, inode: facts.inode)]?.count ?? 0)
    }

    private mutating func find(_ rule: PermissionRule) throws(FileError) {
        let (paths, areMore) = try rule.path.paths(limit: Self.mostPaths)
        if areMore {
            problems.append("'\(rule.path)' fits more than \(Self.mostPaths) paths; the others were not looked at")
        }
        if paths.isEmpty, !rule.mayBeMissing { warnings.append("'\(rule.path)' fits nothing") }
        for path in paths {
            do throws(FileError) {
                try find(path, rule)
            } catch {
                if error.errno == .noSuchFileOrDirectory, rule.mayBeMissing { continue }
                problems.append(Self.words(error))
            }
        }
    }

    private mutating func find(_ path: FilePath, _ rule: PermissionRule) throws(FileError) {
        guard let name = path.lastComponent else {
            throw FileError(operation: "change", path: path, errno: .notPermitted)
        }
        let folder = try OpenFolder.open(Folder.parent(of: path))
        guard let facts = try folder.facts(of: name) else {
            throw FileError(operation: "look at", path: path, errno: .noSuchFileOrDirectory)
        }
        roots.append(path)
        if rule.isRecursive {
            guard facts.kind != .symbolicLink else {
                throw FileError(operation: "open", path: path, errno: .tooManySymbolicLinkLevels)
            }
            add(path, facts, rule)
            try findAll(in: try folder.folder(name), facts.device, rule, depth: 0)
        } else if rule.isAbout(facts.kind) {
            add(path, facts, rule)
        } else if facts.kind == .symbolicLink {
            throw FileError(operation: "open", path: path, errno: .tooManySymbolicLinkLevels)
        } else if rule.path.literal != nil {
            problems.append("'\(path)' is no \(rule.kind.rawValue), as its rule says")
        }
    }

    private mutating func findAll(
        in folder: borrowing OpenFolder, _ device: UInt64, _ rule: PermissionRule, depth: Int
    ) throws(FileError) {
        for name in try folder.components() {
            guard looked < Self.most else {
                isFull = true
                return
            }
            let path = folder.path.appending(name)
            // One that went since the folder was listed needs nothing.
            guard let facts = try folder.facts(of: name) else { continue }
            add(path, facts, rule)
            guard facts.kind == .folder else { continue }
            if facts.device != device || depth == Self.deepest {
                warnings.append("'\(path)' is \(depth == Self.deepest ? "too deep" : "on another file system"); left")
                continue
            }
            try findAll(in: try folder.folder(name), device, rule, depth: depth + 1)
        }
    }

    private mutating func add(_ path: FilePath, _ facts: FileFacts, _ rule: PermissionRule) {
        guard rule.isAbout(facts.kind) else { return }
        looked += 1
        if facts.kind == .file, facts.linkCount > 1 {
            names[Identity(device: facts.device, inode: facts.inode), default: []].insert(path)
        }
        if let difference = Difference(facts, rule) {
            different.append(Target(path: path, facts: facts, difference: difference, rule: rule))
        }
    }

    private static func words(_ error: FileError) -> String {
        guard error.errno == .tooManySymbolicLinkLevels else { return "\(error)" }
        return "'\(error.path)' is a symbolic link, which is not followed here; name the path that it leads to"
    }
}
