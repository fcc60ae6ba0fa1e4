import DurableFiles
package import SystemPackage

/// Which exports of one stem and format stay.
package struct ExportPruning: Sendable {
    package let folder: FilePath
    package let stem: String
    package let format: ExportFormat
    /// At least 1: the newest so many.
    package let keep: Int

    package init(folder: FilePath, stem: String, format: ExportFormat, keep: Int) {
        self.folder = folder
        self.stem = stem
        self.format = format
        self.keep = max(keep, 1)
    }

    /// The exports beyond the newest ones, oldest first; what has another name, or is no file or folder as an export
    /// is one, is none.
    ///
    /// - Parameter upcoming: how many newer ones there will be.
    /// - Returns: their paths.
    /// - Throws: `FileError`.
    package func surplus(upcoming: Int = 0) throws -> [FilePath] {
        guard try FileFacts.of(folder, followingLinks: true) != nil else { return [] }
        let found = try Folder.entries(of: folder).compactMap { ExportName($0, stem: stem) }
            .filter { $0.format == format }
            .sorted { ($0.stamp, $0.number) < ($1.stamp, $1.number) }
        let own = try found.map { folder.appending("\($0)") }.filter(isOwn)
        return Array(own.dropLast(max(0, keep - upcoming)))
    }

    /// Removes them.
    ///
    /// - Returns: what was removed.
    /// - Throws: `FileError`.
    package func execute() throws -> [FilePath] {
        let surplus = try surplus()
        for path in surplus {
            if format.isFolder {
                // Without its manifest it is no export any more, should the rest not go.
                try DurableFile.remove(path.appending(TableManifest.name))
                try Folder.removeTree(path)
            } else {
                try DurableFile.remove(path)
            }
        }
        return surplus
    }

    private func isOwn(_ path: FilePath) throws -> Bool {
        let kind = try FileFacts.of(path, followingLinks: false)?.kind
        guard format.isFolder else { return kind == .file }
        guard kind == .folder else { return false }
        return try FileFacts.of(path.appending(TableManifest.name), followingLinks: false)?.kind == .file
    }
}
