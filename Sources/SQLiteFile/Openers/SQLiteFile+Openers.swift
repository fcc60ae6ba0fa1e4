import DurableFiles
import Glibc
package import SystemPackage

extension SQLiteFile {
    /// Finds the other processes that have a database or a file beside it open, or hold a lock on one.
    ///
    /// It reads /proc and opens none of the files, since to close one would drop the locks of this process
    /// (sqlite.org/howtocorrupt.html, 2.2). What a process has open is told only to root and to its own user;
    /// /proc/locks tells everybody who holds a lock. In WAL mode every connection holds one for as long as it is open.
    /// A process that opens the database a moment later is not seen: whoever replaces the file must lock it as well.
    ///
    /// - Parameter path: the database; it may lead there through symbolic links.
    /// - Returns: who else has it open, as far as this process may know.
    /// - Throws: `FileError` where /proc cannot be read at all, ``SQLiteFileError`` where there is no such file.
    package static func openers(of path: FilePath) throws -> FileOpeners {
        let files = try identities(of: ResolvedFile(path).path)
        var unseen = 0
        var found: [Int32: Bool] = [:]
        for process in try processes() where process != getpid() {
            switch hasOpen(process, files) {
            case true?: found[process] = false
            case false?: break
            case nil: unseen += 1
            }
        }
        var unnamed = false
        for holder in try lockHolders(of: files) where holder != getpid() {
            if holder > 0 { found[holder] = true } else { unnamed = true }
        }
        let openers = found.sorted { $0.key < $1.key }.map {
            FileOpener(pid: $0.key, command: command(of: $0.key), holdsLock: $0.value)
        }
        let others = unnamed ? [FileOpener(pid: nil, command: "", holdsLock: true)] : []
        return FileOpeners(openers: openers + others, unseenProcesses: unseen)
    }

    /// The database and what SQLite keeps beside it, as far as it is there.
    private static func identities(of path: FilePath) throws -> Set<FileIdentity> {
        let paths = [path] + ["-wal", "-shm", "-journal"].map { path.sidecar($0) }
        return Set(try paths.compactMap { try FileFacts.of($0, followingLinks: true).map(FileIdentity.init) })
    }

    private static func processes() throws -> [Int32] {
        try Folder.entries(of: "/proc").compactMap { Int32($0) }
    }

    /// Whether a process has one of the files open; nil where that may not be asked.
    private static func hasOpen(_ process: Int32, _ files: Set<FileIdentity>) -> Bool? {
        let folder = FilePath("/proc/\(process)/fd")
        let names: [String]
        do {
            names = try Folder.entries(of: folder)
        } catch {
            // Gone meanwhile, or a thread of the kernel, which has no program and opens no databases.
            guard error.errno == .permissionDenied, isProgram(process) else { return false }
            return nil
        }
        return names.contains { name in
            // `stat` through the link looks at the open file itself, whatever its path is now; one that was closed
            // meanwhile is not the one.
            guard let facts = try? FileFacts.of(folder.appending(name), followingLinks: true) else { return false }
            return files.contains(FileIdentity(facts))
        }
    }

    private static func isProgram(_ process: Int32) -> Bool {
        // One that is gone is none.
        let line = try? DurableFile.read(FilePath("/proc/\(process)/cmdline"), limit: 1 << 22)
        return line?.isEmpty == false
    }

    private static func command(of process: Int32) -> String {
        // A process that ended meanwhile has no name.
        let name = (try? DurableFile.read(FilePath("/proc/\(process)/comm"), limit: 4_096)) ?? []
        return String(decoding: name.prefix { $0 != 0x0A }, as: UTF8.self)
    }

    /// Who holds a lock on one of the files, 0 or less for one without a process of its own.
    ///
    /// A line is `1: POSIX  ADVISORY  READ 4711 fe:00:12345 128 128`, with `->` behind the number for one that waits
    /// (proc(5)).
    private static func lockHolders(of files: Set<FileIdentity>) throws -> Set<Int32> {
        let text = String(decoding: try DurableFile.read("/proc/locks", limit: 1 << 26), as: UTF8.self)
        var holders: Set<Int32> = []
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace).filter { $0 != "->" }
            guard words.count >= 6, let process = Int32(words[4]), let file = FileIdentity(lockLine: words[5]),
                files.contains(file)
            else { continue }
            holders.insert(process)
        }
        return holders
    }
}

/// A file by its device and inode.
private struct FileIdentity: Hashable {
    let major: UInt64
    let minor: UInt64
    let inode: UInt64

    init(_ facts: FileFacts) {
        // glibc's encoding of a device (`gnu_dev_major`).
        let device: UInt64 = facts.device
        let (lowMajor, highMajor): (UInt64, UInt64) = ((device >> 8) & 0xfff, (device >> 32) & 0xffff_f000)
        let (lowMinor, highMinor): (UInt64, UInt64) = (device & 0xff, (device >> 12) & 0xffff_ff00)
        major = lowMajor | highMajor
        minor = lowMinor | highMinor
        inode = facts.inode
    }

    /// As in `fe:00:12345`: the device in hexadecimal digits, the inode in decimal ones.
    init?(lockLine text: Substring) {
        let parts = text.split(separator: ":")
        guard parts.count == 3, let major = UInt64(parts[0], radix: 16), let minor = UInt64(parts[1], radix: 16),
            let inode = UInt64(parts[2])
        else { return nil }
        (self.major, self.minor, self.inode) = (major, minor, inode)
    }
}
