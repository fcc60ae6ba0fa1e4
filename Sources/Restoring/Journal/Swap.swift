import DurableFiles
import SystemPackage

/// The exchange of two databases under one name, which can be cut short anywhere and gone on with.
///
/// The new main file gets its name by one `rename(2)`, before which the old one got a second name. A file is told by
/// its inode, since its name says nothing while names change. Sidecars of the database that leaves are moved away
/// before, and those of one that comes back are moved in after its main file: at no instant is a `-wal` or `-journal`
/// beside a main file that it does not belong to.
struct Swap: Hashable, Sendable, Codable {
    /// A database, or that there is none.
    struct Side: Hashable, Sendable, Codable {
        /// Where its main file lies while it is not the target.
        var path: String
        /// Nil for no database.
        var inode: UInt64?
    }

    var target: String
    var incoming: Side
    var outgoing: Side

    /// The same the other way round: what came in goes to where it came from.
    var reversed: Swap { Swap(target: target, incoming: outgoing, outgoing: incoming) }

    /// Whether the incoming main file has its name.
    var isDone: Bool { get throws { try inode(target) == incoming.inode } }

    /// Goes on from wherever it stands until the incoming database is in place.
    ///
    /// `point` is called after each change of a name.
    ///
    /// - Returns: what a person should know.
    /// - Throws: ``RestoreError/unresolved(_:target:reason:)`` where a third file has the name, or one is gone;
    ///   `FileError`.
    func advance(id: String, point: (String) throws -> Void) throws -> [String] {
        if try !isDone {
            try requireKnownTarget(id)
            try moveSidecarsOut(point)
            try nameOutgoing(point)
            try nameIncoming(id, point)
        }
        return try moveSidecars(from: FilePath(incoming.path), to: FilePath(target), point)
    }

    /// Takes back what was done while the incoming main file did not get its name.
    func takeBack(id: String, point: (String) throws -> Void) throws -> [String] {
        try requireKnownTarget(id)
        let kept = FilePath(outgoing.path)
        if let old = outgoing.inode, try inode(kept.string) == old {
            if try inode(target) == old {
                try DurableFile.remove(kept)
            } else {
                try DurableFile.rename(kept, to: FilePath(target))
            }
            try point("took the name back")
        }
        return try moveSidecars(from: kept, to: FilePath(target), point)
    }

    /// What somebody else put there is not Ronde's to move.
    private func requireKnownTarget(_ id: String) throws {
        guard let found = try inode(target), found != outgoing.inode, found != incoming.inode else { return }
        throw RestoreError.unresolved(
            id, target: FilePath(target),
            reason: "another file has that name by now; move it away, with its -wal, -shm and -journal")
    }

    private func moveSidecarsOut(_ point: (String) throws -> Void) throws {
        let (main, kept) = (FilePath(target), FilePath(outgoing.path))
        for ending in DatabaseFiles.sidecars where try FileStamp.of(main.adding(ending)) != nil {
            var place = kept.adding(ending)
            // Somebody opened the database since the first one was moved: neither is thrown away.
            while try FileStamp.of(place) != nil { place = place.adding(".later") }
            try DurableFile.rename(main.adding(ending), to: place)
            try point("moved \(ending) away")
        }
        let index = main.adding(DatabaseFiles.index)
        if try FileStamp.of(index) != nil {
            try DurableFile.remove(index)
            try point("removed \(DatabaseFiles.index)")
        }
    }

    /// Gives the main file that leaves its other name, a second one where the file system allows that.
    private func nameOutgoing(_ point: (String) throws -> Void) throws {
        let kept = FilePath(outgoing.path)
        guard let old = outgoing.inode, try inode(kept.string) != old else { return }
        do {
            try DurableFile.hardLink(FilePath(target), as: kept)
        } catch  where error.isHardLinkRefused {
            try DurableFile.rename(FilePath(target), to: kept)
        }
        try point("named the old file")
    }

    private func nameIncoming(_ id: String, _ point: (String) throws -> Void) throws {
        guard let new = incoming.inode else {
            if try inode(target) != nil { try DurableFile.remove(FilePath(target)) }
            return try point("took the name away")
        }
        guard try inode(incoming.path) == new else {
            throw RestoreError.unresolved(
                id, target: FilePath(target), reason: "'\(incoming.path)' is gone, or is another file")
        }
        try DurableFile.rename(FilePath(incoming.path), to: FilePath(target))
        try point("named the new file")
    }

    private func moveSidecars(
        from old: FilePath, to new: FilePath, _ point: (String) throws -> Void
    ) throws -> [String] {
        var notes: [String] = []
        for ending in DatabaseFiles.sidecars where try FileStamp.of(old.adding(ending)) != nil {
            guard try FileStamp.of(new.adding(ending)) == nil else {
                notes.append("'\(old.adding(ending))' was left: the database has another \(ending) by now")
                continue
            }
            try DurableFile.rename(old.adding(ending), to: new.adding(ending))
            try point("moved \(ending) back")
        }
        return notes
    }

    private func inode(_ path: String) throws -> UInt64? { try FileStamp.of(FilePath(path))?.inode }
}
