import DurableFiles
import Glibc
import SystemPackage

/// A folder being filled under a hidden name: it gets its own whole, or is removed.
///
/// While it is filled it is held by an exclusive `flock(2)`, so that what a killed process left can be told from it.
struct UnfinishedFolder: ~Copyable {
    private static let marker = ".partial-"

    let path: FilePath
    private let handle: OpenFile
    private var exists = true

    /// Makes the folder beside `destination`, for its owner alone.
    init(beside destination: FilePath) throws {
        let parent = Folder.parent(of: destination)
        let name = destination.lastComponent?.string ?? "export"
        path = parent.appending(
            ".\(name)\(Self.marker)\(getpid())-\(String(UInt32.random(in: .min ... .max), radix: 16))")
        try Folder.create(path)
        handle = try OpenFile.reading(path)
        // Where a file system has no locks, none is removed either.
        _ = flock(handle.descriptor.rawValue, LOCK_EX | LOCK_NB)
    }

    deinit {
        // Nobody can be told; what stays is removed by the next export.
        if exists { try? Folder.removeTree(path) }
    }

    /// Gives the folder its name, in one step, once all in it is on the device.
    consuming func publish(as destination: FilePath) throws {
        try Folder.sync(path)
        guard try FileFacts.of(destination, followingLinks: false) == nil else {
            throw ExportError.alreadyExists(destination)
        }
        try DurableFile.rename(path, to: destination)
        exists = false
    }

    /// Removes the unfinished folders whose writer is gone.
    static func removeLeftovers(in folder: FilePath, where isOwn: (String) -> Bool) throws {
        for name in try Folder.entries(of: folder) {
            guard name.hasPrefix("."), let mark = name.range(of: marker),
                isOwn(String(name[..<mark.lowerBound].dropFirst()))
            else { continue }
            let path = folder.appending(name)
            guard try FileFacts.of(path, followingLinks: false)?.kind == .folder else { continue }
            let handle = try OpenFile.reading(path, followingLinks: false)
            guard flock(handle.descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else { continue }
            try Folder.removeTree(path)
        }
    }
}

extension String {
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = endIndex
        while start > startIndex {
            start = index(before: start)
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
        }
        return nil
    }
}
