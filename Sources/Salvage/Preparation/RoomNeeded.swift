import DurableFiles
import SystemPackage

/// What a repair will take on the disk, in bytes.
struct RoomNeeded {
    private let file: Int
    private let goodSet: Int
    private let besides: [(suffix: String, size: Int)]

    /// - Throws: ``SalvageError`` when there is no such file.
    init(_ damaged: FilePath, _ good: FilePath?) throws {
        file = try Self.size(of: damaged)
        goodSet = try good.map { try Self.size(of: $0) } ?? 0
        var found: [(String, Int)] = []
        for suffix in PrivateCopy.suffixes {
            let facts = try FileFacts.of(damaged.sidecar(suffix), followingLinks: true)
            if let facts, facts.kind == .file, facts.size > 0 { found.append((suffix, facts.size)) }
        }
        besides = found
    }

    private static func size(of path: FilePath) throws -> Int {
        guard let facts = try FileFacts.of(path, followingLinks: true) else { throw SalvageError(.missing, at: path) }
        guard facts.kind == .file else { throw SalvageError(.notAFile, at: path) }
        return facts.size
    }

    /// - Returns: the suffixes of the files beside the damaged one that count.
    /// - Throws: ``SalvageError`` when there is too little room for the copies or for the new database.
    func check(new: FilePath, scratch: FilePath) throws -> [String] {
        let beside = besides.reduce(0) { $0 + $1.size }
        // With sidecars there are two copies, and SQLite may write a whole WAL into one of them.
        let copies = besides.isEmpty ? file : 2 * (file + beside)
        let scratchNeeds = copies + goodSet
        let newNeeds = file + beside + goodSet
        let (there, here) = (try DiskSpace.available(at: Folder.parent(of: new)), try DiskSpace.available(at: scratch))
        if there.device == here.device {
            try Self.compare(scratchNeeds + newNeeds, here, scratch)
        } else {
            try Self.compare(scratchNeeds, here, scratch)
            try Self.compare(newNeeds, there, new)
        }
        return besides.map(\.suffix)
    }

    private static func compare(_ needed: Int, _ space: DiskSpace, _ path: FilePath) throws {
        guard space.availableBytes >= needed else {
            throw SalvageError(.noRoom(needed: needed, available: space.availableBytes), at: path)
        }
    }
}
