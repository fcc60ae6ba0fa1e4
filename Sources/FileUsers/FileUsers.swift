package import DurableFiles
import Glibc
import SystemPackage

/// Which files other processes have open, as far as /proc shows, at one moment.
///
/// What a process has open is told only to root and to its own user. A file that is opened a moment later is not seen.
package struct FileUsers: Sendable {
    /// A process, as in `python3 (process 4711)`.
    package struct User: Hashable, Sendable, CustomStringConvertible {
        package let pid: Int32
        /// The name of its program as the system has it, of at most 15 bytes; empty if it cannot be read.
        package let command: String

        package var description: String { "\(command.isEmpty ? "a program" : command) (process \(pid))" }
    }

    private struct File: Hashable {
        let device: UInt64
        let inode: UInt64
    }

    private let users: [File: Int32]
    /// How many processes of other users could not be looked into: any of them may have any file open.
    package let unseenProcesses: Int

    /// Looks into all processes but this one.
    ///
    /// - Throws: `FileError` where /proc cannot be read at all.
    package init() throws(FileError) {
        var (users, unseen) = ([File: Int32](), 0)
        for process in try Folder.entries(of: "/proc").compactMap({ Int32($0) }) where process != getpid() {
            let folder = FilePath("/proc/\(process)/fd")
            let names: [FilePath.Component]
            do {
                names = try Folder.components(of: folder)
            } catch {
                // All other errors mean that it is gone meanwhile.
                if error.errno == .permissionDenied { unseen += 1 }
                continue
            }
            for name in names {
                // Through the link it is the open file itself, whatever its path is now; one may be closed meanwhile.
                guard let facts = try? FileFacts.of(folder.appending(name), followingLinks: true) else { continue }
                if facts.kind == .file { users[File(device: facts.device, inode: facts.inode)] = process }
            }
        }
        (self.users, unseenProcesses) = (users, unseen)
    }

    /// One of the processes that have a file open; nil where none was seen.
    package func user(of facts: FileFacts) -> User? {
        guard let pid = users[File(device: facts.device, inode: facts.inode)] else { return nil }
        // One that ended meanwhile has no name.
        let name = (try? DurableFile.read(FilePath("/proc/\(pid)/comm"), limit: 4_096)) ?? []
        return User(pid: pid, command: String(decoding: name.prefix { $0 != 0x0A }, as: UTF8.self))
    }
}
