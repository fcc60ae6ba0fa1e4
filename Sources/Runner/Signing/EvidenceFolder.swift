import Digests
import DurableFiles
package import Maintenance
package import SystemPackage

/// Where files that people gave as evidence are kept: a folder for each run, in the state folder.
package struct EvidenceFolder: Sendable {
    private let folder: FilePath
    /// In bytes.
    private static let largest = 64 << 20

    package init(of run: RunIdentifier, settings: RunnerSettings) {
        folder = settings.stateFolder.appending("evidence").appending(run.rawValue)
    }

    /// Keeps a copy of a file, which replaces an earlier one of this name.
    ///
    /// - Parameters:
    ///   - file: what was given, at most 64 MiB.
    ///   - task: for which task.
    ///   - name: as what.
    /// - Returns: the copy.
    /// - Throws: `FileError`, `DigestError`.
    package func keep(_ file: FilePath, for task: String, as name: String) throws -> Artifact {
        let bytes = try DurableFile.read(file, limit: Self.largest)
        try Folder.create(folder, permissions: .ownerReadWriteExecute)
        let ending = file.extension.map { ".\($0)" } ?? ""
        let copy = folder.appending("\(task)-\(name)\(ending)")
        try DurableFile.write(bytes, to: copy, permissions: .ownerReadWrite)
        return Artifact(
            kind: "evidence", path: copy.string, bytes: Int64(bytes.count),
            sha256: try SHA256Digest(of: bytes).description)
    }
}
