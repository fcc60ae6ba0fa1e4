import Glibc
import SystemPackage

/// Whether a program that others may have put there would be run with our rights.
///
/// As sudo and cron do, only files are trusted that belong to root or to us and that nobody else may write; the group root
/// counts as root.
enum ProgramTrust {
    /// What is wrong with a program, which the manifest names as `written`; nil where it may be run.
    static func fault(ofProgram path: FilePath, written: String) -> String? {
        let shown = "the program \(excerpt(written))"
        guard let real = realPath(path) else {
            let code = errno
            let reason = code == ENOENT ? "is missing" : "cannot be read: \(String(cString: strerror(code)))"
            let hint = written.contains("/") ? "" : " in the plugin's folder; give others with their whole path"
            return "\(shown) \(reason)\(hint)"
        }
        var status = stat()
        guard stat(real.string, &status) == 0 else {
            return "\(shown) cannot be read: \(String(cString: strerror(errno)))"
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return "\(shown) is not a regular file" }
        guard access(real.string, X_OK) == 0 else { return "\(shown) may not be executed; try 'chmod +x'" }
        return fault(ofFile: real)
    }

    /// What is wrong with who may write a file or its folder; nil where only root and we may.
    static func fault(ofFile file: FilePath) -> String? {
        let real = realPath(file) ?? file
        return writers(of: real) ?? writers(of: real.removingLastComponent())
    }

    private static func writers(of path: FilePath) -> String? {
        var status = stat()
        guard stat(path.string, &status) == 0 else {
            return "'\(path)' cannot be read: \(String(cString: strerror(errno)))"
        }
        if status.st_uid != 0, status.st_uid != geteuid() {
            return "'\(path)' belongs to the user with the number \(status.st_uid), who could put another program there"
        }
        let byAll = status.st_mode & S_IWOTH != 0
        guard byAll || status.st_mode & S_IWGRP != 0 && status.st_gid != 0 else { return nil }
        let who = byAll ? "everybody" : "its whole group"
        return "'\(path)' may be written by \(who), who could put another program there; 'chmod go-w' mends that"
    }

    private static func realPath(_ path: FilePath) -> FilePath? {
        guard let real = realpath(path.string, nil) else { return nil }
        defer { free(real) }
        return FilePath(String(cString: real))
    }
}
