package import Digests
import DurableFiles
package import SystemPackage

/// A file that a fetched manifest lists.
package struct OffsiteRecord: Hashable, Sendable {
    package var name: String
    package var bytes: Int
    package var sha256: SHA256Digest

    package init(name: String, bytes: Int, sha256: SHA256Digest) {
        self.name = name
        self.bytes = bytes
        self.sha256 = sha256
    }
}

extension OffsiteCopy {
    /// Brings a set back into a new folder, which appears only with every file whole.
    ///
    /// - Parameters:
    ///   - manifest: its name at the destination.
    ///   - folder: must not exist; the folder above it must.
    ///   - records: reads the manifest, and returns the data files it lists.
    /// - Throws: ``OffsiteError``, `.mismatch` where a file is not what the manifest says; `FileError`; what `records`
    ///   throws. Nothing is left then.
    package func fetch(
        manifest: String, into folder: FilePath, records: (FilePath) throws -> [OffsiteRecord]
    ) async throws {
        if try FileFacts.of(folder, followingLinks: false) != nil {
            throw FileError(operation: "create the folder", path: folder, errno: .fileExists)
        }
        let fetching = try FetchFolder.make(for: folder)
        let list = try await fetch(manifest, into: fetching.path)
        for record in try records(list) {
            let file = try await fetch(record.name, into: fetching.path)
            let expected = FileFingerprint(bytes: record.bytes, sha256: record.sha256)
            guard try await FileFingerprint.of(file) == expected else {
                throw OffsiteError(
                    destination: destination.description, operation: "fetch '\(record.name)'", cause: .mismatch)
            }
        }
        try fetching.publish()
    }

    private func fetch(_ name: String, into folder: FilePath) async throws -> FilePath {
        if let fault = OffsiteName.fault(in: name) {
            throw OffsiteError(
                destination: destination.description, operation: "fetch a file", cause: .name(name, reason: fault))
        }
        let path = folder.appending(name)
        let file = try TemporaryFile.create(beside: path, permissions: .ownerReadWrite)
        try await destination.download(name, into: file.path)
        try synced(file.path)
        // A program may have put another file in the place of the empty one.
        try DurableFile.rename(file.path, to: path)
        return path
    }

    private func synced(_ path: FilePath) throws(FileError) { try OpenFile.reading(path).sync() }
}

/// A hidden folder beside the one it becomes; removed unless it did.
private struct FetchFolder: ~Copyable {
    let path: FilePath
    private let destination: FilePath
    private var exists = true

    private init(path: FilePath, destination: FilePath) {
        self.path = path
        self.destination = destination
    }

    static func make(for destination: FilePath) throws(FileError) -> FetchFolder {
        guard let name = destination.lastComponent, name.kind == .regular else {
            throw FileError(operation: "create the folder", path: destination, errno: .invalidArgument)
        }
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        let path = Folder.parent(of: destination).appending(".\(name.string.prefix(60)).fetching-\(random)")
        guard try FileFacts.of(Folder.parent(of: destination), followingLinks: true) != nil else {
            throw FileError(operation: "create the folder", path: destination, errno: .noSuchFileOrDirectory)
        }
        let folder = FetchFolder(path: path, destination: destination)
        try Folder.create(path)
        return folder
    }

    consuming func publish() throws(FileError) {
        try Folder.sync(path)
        try DurableFile.rename(path, to: destination)
        exists = false
    }

    deinit {
        // Nobody can be told; the name says what it was.
        if exists { try? Folder.removeTree(path) }
    }
}
