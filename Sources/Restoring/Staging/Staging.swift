import Archiving
import Backups
import Digests
import DurableFiles
import Glibc
import SQLiteFile
import SystemPackage

/// A database that was unpacked, checked and found to be what it should be.
struct StagedDatabase {
    let tables: [TableContents]
    let facts: SQLiteFacts
    let foreignKeyViolations: Int
}

/// Makes of a source a new database file that is checked, self-contained and synced.
///
/// Whatever goes wrong, the caller removes what lies at the new path.
struct Staging {
    let tools: RestoreTools
    /// For private copies that checks make.
    let scratch: FilePath

    /// Unpacks a set's database into a new file and compares it with the manifest.
    ///
    /// - Throws: ``RestoreError`` where it is not what was backed up; `ArchiveError`, `FileError`, `SQLiteFileError`.
    @concurrent
    func build(_ set: BackupSet, at new: FilePath) async throws -> StagedDatabase {
        let manifest = try set.manifest()
        guard let file = manifest.files.first, let compression = Compression(file.compression) else {
            throw RestoreError.notTheSet(set.manifestPath, reason: "its manifest lists no file that can be unpacked")
        }
        let stored = set.folder.appending(file.name)
        tools.observe(.staging)
        try await unpack(stored, file, compression.format, to: new)
        tools.observe(.checking)
        let staged = try check(new, called: stored)
        try compare(staged, with: manifest, stored)
        return staged
    }

    /// Copies, unpacks or imports a file that Ronde need not have made.
    ///
    /// - Throws: ``RestoreError`` where it is damaged or nothing that can be restored; `ArchiveError`, `FileError`,
    ///   `ImportError`, `SQLiteFileError`, or what decryption throws.
    @concurrent
    func build(_ file: FilePath, at new: FilePath) async throws -> StagedDatabase {
        tools.observe(.staging)
        var content = try StoredContent.look(at: file, isEncrypted: tools.isEncrypted)
        var path = file
        let decrypted = new.adding(".decrypted")
        // What stays is hidden beside the staged file and goes with it.
        defer { if path != file { try? DurableFile.remove(decrypted) } }
        if content.kind == .encrypted {
            guard let decrypt = tools.decrypt else { throw RestoreError.needsKey(file) }
            try await decrypt(file, decrypted)
            path = decrypted
            content = try StoredContent.look(at: path, isEncrypted: tools.isEncrypted)
        }
        try await build(path, content, at: new, called: file)
        tools.observe(.checking)
        let staged = try check(new, called: file)
        guard !staged.tables.isEmpty else { throw RestoreError.sourceUnknown(file, reason: "it holds no table") }
        return staged
    }

    private func build(_ path: FilePath, _ content: StoredContent, at new: FilePath, called file: FilePath) async throws
    {
        do {
            switch (content.kind, content.format) {
            case (.database, .plain): try copy(path, to: new)
            case (.database, let format):
                _ = try await CompressedFile.decompress(
                    at: path, as: format, to: new, limit: try room(for: new), replacing: false)
            case (.sqlText, _): try await tools.importSQL(path, new)
            case (.encrypted, _): throw RestoreError.sourceUnknown(file, reason: "it is encrypted twice")
            }
        } catch let error as ArchiveError where error.kind == .damaged {
            throw RestoreError.sourceDamaged(file, findings: [error.message])
        } catch let error as SQLiteFileError where error.kind == .damaged || error.kind == .notADatabase {
            throw RestoreError.sourceDamaged(file, findings: [error.message])
        }
    }

    /// What unpacks may be as large as the file system has room for, and no larger.
    private func room(for new: FilePath) throws -> Int {
        try DiskSpace.available(at: Folder.parent(of: new)).availableBytes
    }

    /// A database may have a WAL beside it, and somebody who uses it.
    private func copy(_ path: FilePath, to new: FilePath) throws {
        do {
            let connection = try SQLiteFile(path: path).open()
            defer { connection.close() }
            _ = try connection.copy(to: new)
        } catch let error as SQLiteFileError where error.kind == .unfinishedWrite {
            try FileCopy.make(of: path, at: new)
            try FileCopy.make(of: path.adding("-journal"), at: new.adding("-journal"))
            try PrivateDatabase.open(new) { _ in }  // rolls the write back
        }
    }

    private func unpack(
        _ stored: FilePath, _ file: FileRecord, _ format: CompressedFormat, to new: FilePath
    ) async throws {
        do {
            guard try tools.isEncrypted(FileCopy.start(of: stored)) else {
                let found = try await CompressedFile.decompress(
                    at: stored, as: format, to: new, limit: file.uncompressedBytes, replacing: false)
                return try require(found.bytes == file.bytes && found.sha256 == file.sha256, found, file, stored)
            }
            let sealed = try await CompressedFile.verify(at: stored, as: .plain, limit: file.bytes)
            guard sealed.sha256 == file.sha256 else {
                throw RestoreError.notTheSet(stored, reason: "its SHA-256 is not that of its manifest")
            }
            guard let decrypt = tools.decrypt else { throw RestoreError.needsKey(stored) }
            let decrypted = new.adding(".decrypted")
            // What stays is hidden beside the staged file and goes with it.
            defer { try? DurableFile.remove(decrypted) }
            try await decrypt(stored, decrypted)
            let found = try await CompressedFile.decompress(
                at: decrypted, as: format, to: new, limit: file.uncompressedBytes, replacing: false)
            try require(true, found, file, stored)
        } catch let error as ArchiveError where error.kind != .failed {
            throw RestoreError.notTheSet(stored, reason: error.message)
        }
    }

    private func require(
        _ isStored: Bool, _ found: CompressedFileFacts, _ file: FileRecord, _ path: FilePath
    ) throws {
        guard isStored, found.uncompressedBytes == file.uncompressedBytes,
            found.uncompressedSHA256 == file.uncompressedSHA256
        else { throw RestoreError.notTheSet(path, reason: "its SHA-256 is not that of its manifest") }
    }

    /// Refuses a damaged database and reads what is in a whole one.
    func check(_ path: FilePath, called name: FilePath) throws -> StagedDatabase {
        let file = SQLiteFile(path: path)
        let report = try file.check([.integrity, .foreignKeys], scratch: scratch)
        guard report.verdict <= .foreignKeys else {
            throw RestoreError.sourceDamaged(name, findings: report.findings.map(\.text))
        }
        let connection = try file.open()
        defer { connection.close() }
        do {
            return StagedDatabase(
                tables: try connection.contents(), facts: try connection.facts(),
                foreignKeyViolations: report.foreignKeyViolations)
        } catch let error as SQLiteFileError where error.kind == .damaged {
            throw RestoreError.sourceDamaged(name, findings: [error.message])
        }
    }

    private func compare(_ staged: StagedDatabase, with manifest: BackupManifest, _ path: FilePath) throws {
        let (found, told) = (staged.facts, manifest.database)
        let pairs: [(String, Bool)] = [
            ("page size", found.pageSize == told.pageSize), ("number of pages", found.pageCount == told.pageCount),
            ("encoding", found.encoding == told.encoding), ("schema", found.schemaHash == told.schemaHash),
            ("user_version", found.userVersion == told.userVersion),
            ("application_id", found.applicationID == told.applicationID),
            ("set of rows", staged.tables == told.tables),
            ("number of rows that refer to nothing", staged.foreignKeyViolations == told.foreignKeyViolations),
        ]
        if let (name, _) = pairs.first(where: { !$0.1 }) {
            throw RestoreError.notTheSet(path, reason: "its \(name) is not that of its manifest")
        }
    }
}

/// Copies of files that no connection of this process has open.
enum FileCopy {
    /// Copies the bytes of a file into a new one, for its owner alone, and syncs it.
    static func make(of source: FilePath, at new: FilePath) throws {
        let input = try OpenFile.reading(source)
        let temporary = try TemporaryFile.create(beside: new, permissions: .ownerReadWrite)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        while case let count = try input.read(into: buffer), count > 0 {
            try Task.checkCancellation()
            try temporary.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        try temporary.publish(as: new, replacing: false)
    }

    /// The first bytes of a file.
    static func start(of path: FilePath, count: Int = 256) throws -> [UInt8] {
        let input = try OpenFile.reading(path)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        defer { buffer.deallocate() }
        return Array(buffer[..<(try input.read(into: buffer))])
    }
}
