import DurableFiles
package import SystemPackage

/// Tells whether a folder holds sets of backups, of whatever service.
package enum BackupTraces {
    private static let marks: Set = [FolderRecord.fileName, ".backups.lock", ".backups.index"]
    /// How many manifests are looked at: the first whole one is enough.
    private static let mostRead = 100

    /// Whether there are backups among the names in a folder: what Ronde keeps beside its sets, or a manifest.
    package static func areAmong(_ names: [FilePath.Component], in folder: FilePath) -> Bool {
        let texts = names.map(\.string)
        if texts.contains(where: marks.contains) { return true }
        let manifests = texts.filter { !$0.hasPrefix(".") && $0.hasSuffix(SetName.manifestEnding) }
        // Any other file of that ending is none of ours; one that cannot be read says nothing.
        return manifests.prefix(mostRead).contains { (try? BackupManifest.read(folder.appending($0))) != nil }
    }
}
