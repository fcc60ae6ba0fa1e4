import DurableFiles
import SystemPackage

/// What a killed backup can leave in a folder beside temporary files, and how it is brought to its end.
///
/// Two names tell what was going on; both are manifests, written and synced before the first change:
///
/// - `.NAME.json.pending`: the data file was about to get its final name, and the manifest after it.
///   If the data file is there with the manifest's SHA-256, the last rename is made up for; else nothing was published.
/// - `.NAME.json.removing`: the set has ceased to count and its files are being removed. The rest is removed.
///
/// So no data file is left that no manifest names, and no set half there looks whole. Call it with the folder locked:
/// then whoever wrote these names is gone.
struct Interrupted {
    let folder: FilePath

    /// - Returns: what was done, in words.
    func finish() throws -> [String] {
        var notes: [String] = []
        // Sorted, so that the same is done in the same order; of 100,000 names only the hidden ones.
        guard let names = try FolderScan.open(folder)?.names(hidden: true).sorted() else { return [] }
        for name in names {
            if name.hasSuffix(SetName.manifestEnding + SetName.pendingEnding) {
                notes.append(try finishPublishing(name))
            } else if name.hasSuffix(SetName.manifestEnding + SetName.removingEnding) {
                notes.append(try finishRemoving(name))
            }
        }
        return notes
    }

    private func finishPublishing(_ marker: String) throws -> String {
        let path = folder.appending(marker)
        let final = folder.appending(String(marker.dropFirst().dropLast(SetName.pendingEnding.count)))
        if try FileFacts.of(final, followingLinks: false) == nil, let manifest = try usable(path),
            try manifest.files.allSatisfy({ try StoredFile.isWhole($0, in: folder) })
        {
            try DurableFile.rename(path, to: final)
            return "finished '\(manifest.files[0].name)', whose backup was stopped at its last step"
        }
        try DurableFile.remove(path)
        return "removed '\(marker)', which a stopped backup left"
    }

    private func finishRemoving(_ marker: String) throws -> String {
        let path = folder.appending(marker)
        let manifest = folder.appending(String(marker.dropFirst().dropLast(SetName.removingEnding.count)))
        if try FileFacts.of(manifest, followingLinks: false) == nil, let removed = try usable(path) {
            try SetRemoval(folder: folder).removeFiles(of: removed)
        }
        try DurableFile.remove(path)
        return "removed the rest of '\(manifest.lastComponent?.stem ?? "")', whose removal was stopped"
    }

    private func usable(_ path: FilePath) throws -> BackupManifest? {
        do { return try BackupManifest.read(path) } catch is ManifestError { return nil }
    }
}
