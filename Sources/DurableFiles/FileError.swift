internal import Glibc
package import SystemPackage

/// A file operation that the system refused: which one, on what, and the system's code for why.
package struct FileError: Error, Hashable, CustomStringConvertible {
    /// What was tried, as words that fit after "cannot": `create`, `write`, `sync`, `remove` and so on.
    package let operation: String
    package let path: FilePath
    /// The system's code, as `errno` had it.
    package let errno: Errno

    package init(operation: String, path: FilePath, errno: Errno) {
        self.operation = operation
        self.path = path
        self.errno = errno
    }

    /// Whether a hard link was refused in a way that a copy is not: another file system, none supported, too many.
    package var isHardLinkRefused: Bool {
        [.improperLink, .notPermitted, .notSupported, .notSupportedOnSocket, .tooManyLinks, .noFunction]
            .contains(errno)
    }

    /// One sentence: what failed, on what, why and, where something can be done, what.
    package var description: String { "cannot \(operation) '\(path)': \(cause)" }

    /// The last part of the description: why and, where something can be done, what.
    package var cause: String {
        switch errno {
        case .noSpace: "the file system holding '\(path)' is full; free space or choose another folder"
        case .diskQuotaExceeded: "the disk quota of user id \(geteuid()) is used up; free space or raise the quota"
        case .readOnlyFileSystem:
            "the file system holding '\(path)' is mounted read-only; remount it or choose another folder"
        case .permissionDenied: "permission denied; \(neededAccess)"
        case .notPermitted:
            "operation not permitted to user id \(geteuid()); the owner, a file attribute or the file system forbids it"
        case .noSuchFileOrDirectory: "it does not exist, or a folder above it does not"
        case .fileExists: "it exists already; move it away or choose another name"
        case .notDirectory: "it, or something above it, is not a folder"
        case .isDirectory: "it is a folder"
        case .directoryNotEmpty: "the folder is not empty"
        case .tooManySymbolicLinkLevels: "it is a symbolic link, which is not followed here, or links form a circle"
        case .improperLink: "it is on another file system"
        case .fileNameTooLong: "the name is too long for the file system"
        case .fileTooLarge: "the file is larger than is allowed here"
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem: "too many files are open; raise the limit (ulimit -n)"
        case .ioError: "the device reports an input/output error; check the disk before trusting what is on it"
        case .resourceBusy: "it is in use"
        default: Self.words(for: errno)
        }
    }

    /// Who needs what: reading needs the file and the way to it, changing needs the folder.
    private var neededAccess: String {
        let user = "user id \(geteuid())"
        let folder = Folder.parent(of: path)
        switch operation {
        case "open", "read", "list": return "\(user) needs read access to it and search access to the folders above it"
        case "look at": return "\(user) needs search access to '\(folder)' and the folders above it"
        case "write", "lock": return "\(user) needs read and write access to it, and to '\(folder)' if it is missing"
        default: return "\(user) needs write and search access to the folder '\(folder)'"
        }
    }

    private static func words(for errno: Errno) -> String {
        let text = errno.description
        return text.prefix(1).lowercased() + text.dropFirst() + " (error \(errno.rawValue))"
    }
}
