import Foundation
package import SystemPackage

/// Where the configuration is when nobody says: here or in a folder above, else in `/etc/ronde`.
package enum ConfigurationLocator {
    package static let fileName = "ronde.yaml"

    /// The configuration file, absolute, looked for from an absolute folder upwards; nil where there is none.
    package static func find(from folder: FilePath) -> FilePath? {
        var here = folder.lexicallyNormalized()
        while true {
            let candidate = here.appending(fileName)
            if FileManager.default.fileExists(atPath: candidate.string) { return candidate }
            guard here.removeLastComponent() else { break }
        }
        let system = FilePath("/etc/ronde").appending(fileName)
        return FileManager.default.fileExists(atPath: system.string) ? system : nil
    }

    /// `path` as an absolute path, taken from `folder` where it is relative.
    package static func absolute(_ path: String, from folder: FilePath) -> FilePath {
        folder.pushing(FilePath(path)).lexicallyNormalized()
    }

    /// The shortest name of a file for messages: relative where it lies at or below `folder`.
    package static func shortName(_ path: FilePath, from folder: FilePath) -> String {
        var rest = path
        guard folder != "/" else { return path.string }
        return rest.removePrefix(folder) && !rest.isEmpty ? rest.string : path.string
    }
}
