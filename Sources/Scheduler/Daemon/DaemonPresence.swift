import DurableFiles
package import SystemPackage

/// Shows the other processes of a state folder that this one is alive, for as long as it is.
package struct DaemonPresence: Sendable {
    /// A name that no other process has.
    package let name: String
    private let folder: FilePath
    private let lock: FileLock

    /// - Throws: `FileError` where the lock file cannot be made.
    package init(in folder: FilePath, pid: Int32) throws {
        self.folder = folder
        try Folder.create(folder)
        while true {
            let name = "daemon-\(pid)-\(UInt32.random(in: 0...UInt32.max))"
            if let lock = try FileLock.attempt(Self.path(name, folder), .exclusive, purpose: "ronde daemon") {
                self.name = name
                self.lock = lock
                removeDead()
                return
            }
        }
    }

    /// Whether the process with this presence is alive; the file of one that is not is removed.
    package func isAlive(_ other: String) -> Bool {
        if other == name { return true }
        guard other.hasPrefix("daemon-"), !other.contains("/"), !other.contains("\0") else { return false }
        let path = Self.path(other, folder)
        do {
            guard try FileFacts.of(path, followingLinks: false) != nil else { return false }
            guard let free = try FileLock.attempt(path, .exclusive) else { return true }
            defer { free.release() }
            try DurableFile.remove(path)
            return false
        } catch {
            // Unreadable is not dead: calling a live process dead would settle what it is still doing.
            return true
        }
    }

    /// Whether the process with a presence of this name in a folder is alive, for those who only look.
    package static func isAlive(_ name: String, in folder: FilePath) -> Bool {
        let path = path(name, folder)
        // A file that cannot be looked at is nobody's whom one could reach.
        guard !name.contains("/"), (try? FileFacts.of(path, followingLinks: false)) ?? nil != nil else { return false }
        // Taken for a moment: nobody but those who look, too, would want it.
        guard let free = try? FileLock.attempt(path, .exclusive) else { return true }
        free.release()
        return false
    }

    /// Removes the files of killed daemons, after whom nobody else asks.
    private func removeDead() {
        // What cannot be listed now is found by the next daemon.
        for file in (try? Folder.entries(of: folder)) ?? [] where file.hasSuffix(".lock") {
            _ = isAlive(String(file.dropLast(".lock".count)))
        }
    }

    /// Takes the presence back.
    package func end() {
        // A file that stays is removed by whoever next asks after it.
        try? DurableFile.remove(Self.path(name, folder))
        lock.release()
    }

    private static func path(_ name: String, _ folder: FilePath) -> FilePath { folder.appending(name + ".lock") }
}
