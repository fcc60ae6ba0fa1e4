import Foundation
import Glibc
import SystemPackage

/// Which files of a folder belong to the configuration.
enum YAMLFiles {
    static let manifestName = "plugin.yaml"
    static let proceduresName = "procedures"

    /// Why a folder has no files to read.
    enum FolderFault: Error, Hashable {
        case missing
        case notAFolder
        case unreadable(reason: String)

        /// What messages say after the folder's name.
        var sentence: String {
            switch self {
            case .missing: "is missing"
            case .notAFolder: "is not a folder"
            case .unreadable(let reason): "cannot be read: \(reason)"
            }
        }
    }

    /// The checklists of a folder, by name.
    static func checklists(in folder: FilePath) throws(FolderFault) -> [FilePath] {
        try names(in: folder).filter { name in
            let folded = name.lowercased()
            return !name.hasPrefix(".") && (folded.hasSuffix(".yaml") || folded.hasSuffix(".yml"))
        }.map { folder.appending($0) }
    }

    /// The `plugin.yaml` of each plugin below a folder, by the plugin's folder.
    ///
    /// A folder that has none is no plugin; one with a link to nowhere is a faulty plugin.
    static func manifests(in folder: FilePath) throws(FolderFault) -> [FilePath] {
        try names(in: folder).map { folder.appending($0).appending(manifestName) }.filter { file in
            var status = stat()
            return lstat(file.string, &status) == 0
        }
    }

    private static func names(in folder: FilePath) throws(FolderFault) -> [String] {
        var status = stat()
        guard stat(folder.string, &status) == 0 else {
            let code = errno
            throw code == ENOENT ? .missing : .unreadable(reason: String(cString: strerror(code)))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .notAFolder }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.string).sorted()
        } catch {
            // It is there and it is a folder: what is left is that nobody lets us read it.
            throw .unreadable(reason: access(folder.string, R_OK | X_OK) == 0 ? "\(error)" : "permission denied")
        }
    }
}
