import DurableFiles
import Glibc
package import SystemPackage

extension SQLiteFile {
    /// The folder in which SQLite puts temporary files, as for VACUUM; nil if there is none it may write.
    ///
    /// The first usable of `SQLITE_TMPDIR`, `TMPDIR`, /var/tmp, /usr/tmp, /tmp and the current folder
    /// (sqlite.org/tempfiles.html, 5). SQLite reads the two variables once, when it is first used.
    package static func temporaryFolder() -> FilePath? {
        let variables: [String] = ["SQLITE_TMPDIR", "TMPDIR"]
        let named = variables.compactMap { name in getenv(name).map { String(cString: $0) } }
        let folders: [String] = named + ["/var/tmp", "/usr/tmp", "/tmp", "."]
        return folders.map { FilePath($0) }.first { folder in
            // What cannot be looked at cannot be used either.
            let facts = try? FileFacts.of(folder, followingLinks: true)
            return facts?.kind == .folder && folder.withPlatformString { access($0, W_OK | X_OK) } == 0
        }
    }
}
