import Glibc
package import SystemPackage

/// Finds programs as a shell does.
package enum ProgramSearch {
    /// Where programs are looked for when nobody says.
    private static let usualPath = "/usr/local/bin:/usr/bin:/bin"

    /// The file of a program.
    ///
    /// - Parameters:
    ///   - name: with a slash, a path, which starts at `folder` where it is not absolute; without one, a name in `path`.
    ///   - path: the folders, as the variable `PATH` has them; nil for the usual ones.
    ///   - folder: the working folder of the program.
    /// - Returns: the path, which need not lead anywhere where one was named; nil for a name that no folder has.
    package static func find(_ name: String, path: String?, from folder: FilePath) -> FilePath? {
        if name.contains("/") { return folder.pushing(FilePath(name)) }
        guard !name.isEmpty else { return nil }
        return (path ?? usualPath).split(separator: ":").lazy.map { FilePath(String($0)).appending(name) }
            .first(where: isProgram)
    }

    /// Whether it is a file that this process may execute; a folder has the same permission, and is none.
    private static func isProgram(_ path: FilePath) -> Bool {
        path.withPlatformString { text in
            var status = stat()
            return stat(text, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(text, X_OK) == 0
        }
    }
}
