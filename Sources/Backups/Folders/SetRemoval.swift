import DurableFiles
import SystemPackage

/// Removes sets from one folder, in an order in which a set that is half removed never looks whole.
///
/// The manifest is renamed to a hidden name first: from then on the set does not count. Then its files go, then the
/// hidden manifest; ``Interrupted`` brings a removal that was cut short to its end. Call it with the folder locked.
struct SetRemoval {
    let folder: FilePath

    /// - Returns: false if the set was gone already.
    func remove(_ set: BackupSet) throws -> Bool {
        let marker = folder.appending(set.name.removing)
        let manifest: BackupManifest
        do {
            manifest = try set.manifest()
            try DurableFile.rename(set.manifestPath, to: marker)
        } catch let error as FileError where error.errno == .noSuchFileOrDirectory {
            return false
        }
        try removeFiles(of: manifest)
        try DurableFile.remove(marker)
        return true
    }

    /// Removes the files that a manifest lists and, unless another manifest here names it too, its export.
    func removeFiles(of manifest: BackupManifest) throws {
        for file in manifest.files { try removeIfThere(file.name) }
        guard let export = manifest.export, try !isExportNamedElsewhere(export.name) else { return }
        // A linked set's manifest names an export of another folder, where only the same bytes are the same file.
        if try StoredFile.isWhole(export, in: folder) { try removeIfThere(export.name) }
    }

    private func removeIfThere(_ name: String) throws {
        do {
            try DurableFile.remove(folder.appending(name))
        } catch  where error.errno == .noSuchFileOrDirectory {
            return
        }
    }

    private func isExportNamedElsewhere(_ name: String) throws -> Bool {
        for entry in try Folder.entries(of: folder)
        where !entry.hasPrefix(".") && entry.hasSuffix(SetName.manifestEnding) {
            do {
                if try BackupManifest.read(folder.appending(entry)).export?.name == name { return true }
            } catch is ManifestError {
                // It may well name it: better an export too many.
                return true
            }
        }
        return false
    }
}
