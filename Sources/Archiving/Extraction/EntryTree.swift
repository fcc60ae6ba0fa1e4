/// What an archive holds, name by name, so that no entry can change what an earlier one made.
struct EntryTree {
    enum Node: Hashable {
        case folder
        case file
        /// A symbolic link and where it leads.
        case link([UInt8])
    }

    private static let (slash, dot) = (UInt8(ascii: "/"), UInt8(ascii: "."))
    /// How many links one path may lead through, as on Linux.
    private static let longestChain = 40
    private var nodes: [EntryPath: Node] = [.root: .folder]
    private(set) var links: [EntryPath] = []

    /// How many names there are, the folders above them too.
    var count: Int { nodes.count - 1 }

    subscript(_ path: EntryPath) -> Node? { nodes[path] }

    /// The names directly in the folder that is extracted into.
    var topNames: [EntryPath] { nodes.keys.filter { $0 != .root && $0.parent == .root } }

    /// Adds an entry and says which folders above it are new, from the top; the same folder may come twice.
    mutating func add(_ path: EntryPath, _ node: Node) throws(EntryFault) -> (isNew: Bool, folders: [EntryPath]) {
        let folders = try addFolders(above: path)
        if let existing = nodes[path] {
            guard existing == .folder, node == .folder else {
                throw path == .root
                    ? .unsafe("takes the place of the folder itself") : .unsafe("has the name of an earlier entry")
            }
            return (false, folders)
        }
        nodes[path] = node
        if case .link = node { links.append(path) }
        return (true, folders)
    }

    private mutating func addFolders(above path: EntryPath) throws(EntryFault) -> [EntryPath] {
        if nodes[path.parent] == .folder { return [] }
        var added: [EntryPath] = []
        for folder in path.ancestors {
            switch nodes[folder] {
            case .folder: continue
            case .file: throw .unsafe("is below \(EntryName.quoted(folder.bytes)), which is a file")
            case .link: throw .unsafe("is below \(EntryName.quoted(folder.bytes)), which is a link")
            case nil:
                nodes[folder] = .folder
                added.append(folder)
            }
        }
        return added
    }

    /// Makes sure that a link leads to a place in the tree by whichever links it goes through.
    ///
    /// It is for the end, when all entries are known.
    func checkLink(_ path: EntryPath) throws(EntryFault) {
        guard case .link(let target) = nodes[path] else { return }
        var place = path.parent
        var rest = try Self.steps(of: target)
        var followed = 1
        while let step = rest.popLast() {
            if step == [Self.dot, Self.dot] {
                guard place != .root else { throw .unsafe("is a link that leads out of the folder") }
                place = place.parent
                continue
            }
            let next = place.appending(step)
            guard case .link(let inner) = nodes[next] else {
                place = next
                continue
            }
            followed += 1
            guard followed <= Self.longestChain else { throw .unsafe("is a link that leads in a circle") }
            rest += try Self.steps(of: inner)
        }
    }

    /// The components of a link's target, the first one last.
    private static func steps(of target: [UInt8]) throws(EntryFault) -> [[UInt8]] {
        guard !target.isEmpty, !target.contains(0) else { throw .damaged("is a link to nothing") }
        guard target.first != slash else { throw .unsafe("is a link to an absolute path") }
        guard target.count < 4096 else { throw .overLimit("is a link to a path of \(target.count) bytes") }
        return target.split(separator: slash).filter { $0 != [dot] }.map { Array($0) }.reversed()
    }
}
