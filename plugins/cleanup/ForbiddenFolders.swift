import Glibc
import Synchronization
import SystemPackage

/// Folders in which a mistake in a rule would cost the host.
enum ForbiddenFolders {
    /// These and everything below them.
    private static let trees: [FilePath] = [
        "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/sbin", "/sys", "/usr/bin",
        "/usr/include", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/sbin", "/usr/share",
        "/var/lib/dpkg",
        "/var/lib/rpm",
    ]
    /// These alone: what lies in them is their owners'.
    private static let tops: [FilePath] = [
        "/", "/home", "/lost+found", "/media", "/mnt", "/opt", "/root", "/run", "/snap", "/srv", "/usr", "/usr/local",
        "/var", "/var/lib", "/var/spool",
    ]
    private static let mostUsers = 100_000
    /// The list of users has one position and one buffer for the whole process.
    private static let listing = Mutex<Void>(())

    /// Why nothing may be removed in a folder, as words that fit after its name; nil where it may.
    ///
    /// - Parameter path: absolute and normalized.
    /// - Returns: the reason.
    static func reason(against path: FilePath) -> String? {
        if trees.contains(where: path.starts(with:)) || tops.contains(path) { return "is a folder of the system" }
        if path.removingLastComponent() == "/home" { return "is the home of a user" }
        return owner(ofHome: path).map { "is the home of user '\($0)'" }
    }

    private static func owner(ofHome path: FilePath) -> String? {
        listing.withLock { _ in nextOwner(ofHome: path) }
    }

    /// Only while ``listing`` is held.
    private static func nextOwner(ofHome path: FilePath) -> String? {
        setpwent()
        defer { endpwent() }
        for _ in 0..<mostUsers {
            guard let entry = getpwent() else { return nil }
            guard let home = entry.pointee.pw_dir, let name = entry.pointee.pw_name else { continue }
            if FilePath(platformString: home).lexicallyNormalized() == path { return String(cString: name) }
        }
        return nil
    }
}
