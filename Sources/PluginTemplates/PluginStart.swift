import DurableFiles
import Glibc
package import SystemPackage

/// The folder of a plugin that is just begun: it works, and does next to nothing.
package struct PluginStart: Sendable {
    let name: String
    let language: PluginLanguage

    /// - Parameters:
    ///   - name: a name that a plugin can have.
    ///   - language: what its program is written in.
    package init(name: String, language: PluginLanguage) {
        self.name = name
        self.language = language
    }

    /// Writes the plugin into `folder`, which must not be there yet.
    ///
    /// - Throws: `FileError`, `.fileExists` where there is such a folder, or anything else of that name.
    package func write(to folder: FilePath) throws {
        try Folder.create(folder.removingLastComponent(), permissions: Self.open)
        guard mkdir(folder.string, 0o755) == 0 else {
            throw FileError(operation: "create the folder", path: folder, errno: Errno(rawValue: errno))
        }
        do {
            // Ronde trusts no folder that others may write; nor one that they may not read, if it runs as another user.
            guard chmod(folder.string, 0o755) == 0 else {
                throw FileError(operation: "create the folder", path: folder, errno: Errno(rawValue: errno))
            }
            for file in language.files {
                let path = folder.pushing(FilePath(file.path))
                try Folder.create(path.removingLastComponent(), permissions: Self.open)
                try DurableFile.write(
                    filled(file.template), to: path,
                    permissions: file.isProgram ? Self.open : [.ownerReadWrite, .groupRead, .otherRead])
            }
        } catch {
            // Half a plugin helps nobody; what cannot be removed is named by the error.
            try? Folder.removeTree(folder)
            throw error
        }
    }

    private static let open: FilePermissions = [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]

    private func filled(_ template: [UInt8]) -> [UInt8] {
        let build = language.buildCommand.map { "Build it first, and after every change:\n\n```\n\($0)\n```\n\n" }
        var text = String(decoding: template, as: UTF8.self)
        for (place, words) in [
            ("@NAME@", name), ("@PROGRAM@", language.program(name: name)), ("@SOURCE@", language.source),
            ("@BUILD@", build ?? ""),
        ] { text = text.replacing(place, with: words) }
        return Array(text.utf8)
    }
}
