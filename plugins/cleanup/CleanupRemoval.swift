import DurableFiles
import FileUsers
import Foundation
import SystemPackage

/// Removes files of one rule, each through the open folder that it lies in.
struct CleanupRemoval {
    let rule: CleanupRule
    let users: FileUsers?

    /// What became of a file.
    enum Outcome {
        case removed
        /// It was left, and why.
        case left(String)
    }

    /// Removes a file, if it is still the one that was found.
    ///
    /// - Throws: `FileError`.
    func remove(_ file: CleanupFind.File) throws(FileError) -> Outcome {
        let path = self.path(of: file)
        if let user = users?.user(of: file.facts) { return .left("'\(path)' is in use by \(user)") }
        let folder = try open(file.folders)
        guard let now = try folder.facts(of: file.name), now.isSameFile(as: file.facts), now.kind == .file,
            now.modified == file.facts.modified
        else { return .left("'\(path)' was changed meanwhile") }
        try folder.remove(file.name)
        return .removed
    }

    /// Removes a folder that is empty.
    ///
    /// - Returns: whether it was.
    /// - Throws: `FileError`.
    func removeFolder(_ folders: [FilePath.Component]) throws(FileError) -> Bool {
        guard let name = folders.last else { return false }
        let above = try open(Array(folders.dropLast()))
        do throws(FileError) {
            try above.removeFolder(name)
            return true
        } catch {
            if error.errno == .directoryNotEmpty || error.errno == .noSuchFileOrDirectory { return false }
            throw error
        }
    }

    func path(of file: CleanupFind.File) -> FilePath { path(of: file.folders).appending(file.name) }

    func path(of folders: [FilePath.Component]) -> FilePath {
        folders.reduce(into: rule.folder) { path, name in path.append(name) }
    }

    private func open(_ folders: [FilePath.Component]) throws(FileError) -> OpenFolder {
        try OpenFolder.open(path(of: folders))
    }
}
