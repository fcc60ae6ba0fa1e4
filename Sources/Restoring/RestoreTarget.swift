import DurableFiles
package import Foundation
import Glibc
import SQLiteFile
package import SystemPackage

/// The database that a restore replaces, and where Ronde keeps what it needs to know about that.
package struct RestoreTarget: Hashable, Sendable {
    /// The service's name in the configuration.
    package var service: String
    /// The database's name in the service's configuration.
    package var database: String
    /// The database file as configured; a symbolic link is followed and stays.
    package var path: FilePath
    /// The lock file by which tasks on this database exclude each other, as the runner names it.
    package var lock: FilePath
    /// `<state>/restores`: the folder of the records.
    package var records: FilePath

    package init(service: String, database: String, path: FilePath, lock: FilePath, records: FilePath) {
        self.service = service
        self.database = database
        self.path = path
        self.lock = lock
        self.records = records
    }

    /// The path without symbolic links; of a file that is missing, that of its folder and its name.
    ///
    /// - Throws: ``RestoreError`` where the folder is missing or the path names no file.
    func resolved() throws -> FilePath {
        if let real = Self.real(path) { return real }
        // A link that leads nowhere: the file it names is to be made, and its folder must be there.
        let wanted = try Self.linkTarget(of: path)
        guard let name = wanted.lastComponent, name.kind == .regular, let folder = Self.real(Folder.parent(of: wanted))
        else { throw RestoreError.folderUnusable(Folder.parent(of: wanted), cause: "there is no such folder; make it") }
        return folder.appending(name)
    }

    private static func real(_ path: FilePath) -> FilePath? {
        guard let text = path.withPlatformString({ realpath($0, nil) }) else { return nil }
        defer { free(text) }
        return FilePath(platformString: text)
    }

    private static func linkTarget(of path: FilePath) throws -> FilePath {
        guard try FileFacts.of(path, followingLinks: false)?.kind == .symbolicLink else { return path }
        let target = try FileManager.default.destinationOfSymbolicLink(atPath: path.string)
        return Folder.parent(of: path).pushing(FilePath(target))
    }
}

/// A process that has a database, or a file that SQLite keeps beside it, open.
package struct DatabaseOpener: Hashable, Sendable, Codable, CustomStringConvertible {
    package var pid: Int32
    /// Its program's name, as `ps` shows it.
    package var name: String

    package init(pid: Int32, name: String) {
        self.pid = pid
        self.name = name
    }

    package var description: String { "\(name) (process \(pid))" }
}

extension DatabaseOpener {
    /// The processes that have a database open, without this one; those that may not be seen are left out, and SQLite's
    /// exclusive lock is what stands against them.
    ///
    /// - Throws: `FileError`, where processes cannot be listed.
    package static func all(of path: FilePath) throws -> [DatabaseOpener] {
        do {
            return try SQLiteFile.openers(of: path).openers.filter { $0.pid != getpid() }
                .map { DatabaseOpener(pid: $0.pid ?? 0, name: $0.command) }
        } catch let error as SQLiteFileError where error.kind == .notADatabase || error.kind == .missing {
            return try holding(path)
        }
    }

    /// The same for a file that is too short for a database: a service may just have begun one.
    private static func holding(_ path: FilePath) throws -> [DatabaseOpener] {
        guard let file = try FileFacts.of(path, followingLinks: true) else { return [] }
        return try Folder.entries(of: "/proc").compactMap { Int32($0) }.filter { $0 != getpid() }.compactMap { pid in
            let folder = FilePath("/proc/\(pid)/fd")
            // A process that is gone, or that may not be looked at, and a descriptor that was closed meanwhile.
            let names = (try? Folder.entries(of: folder)) ?? []
            let isOpen = names.contains { name in
                (try? FileFacts.of(folder.appending(name), followingLinks: true))?.isSameFile(as: file) == true
            }
            let name = (try? DurableFile.read(FilePath("/proc/\(pid)/comm"), limit: 4_096)) ?? []
            return isOpen
                ? DatabaseOpener(pid: pid, name: String(decoding: name.prefix { $0 != 0x0A }, as: UTF8.self)) : nil
        }
    }
}

/// What a restore does through others: the composition says how.
package struct RestoreTools: Sendable {
    /// The processes that have the database at this path open, without this process; also through another name.
    package var openers: @Sendable (FilePath) throws -> [DatabaseOpener]
    /// Whether a file that begins with these bytes, at most 4096, is encrypted.
    package var isEncrypted: @Sendable ([UInt8]) -> Bool
    /// Decrypts a file into a new one; nil where no key is configured.
    package var decrypt: (@Sendable (_ encrypted: FilePath, _ new: FilePath) async throws -> Void)?
    /// Makes a new database from SQL text, which may be compressed.
    package var importSQL: @Sendable (_ text: FilePath, _ new: FilePath) async throws -> Void
    /// Makes a verified backup set of the present database; nil where only the replaced file itself is to be kept.
    package var safetyBackup: SafetyBackup?
    /// Hears what is being done, in words.
    package var observe: @Sendable (RestoreStep) -> Void
    /// The wall clock.
    package var now: @Sendable () -> Date
    /// Called between all steps of a transaction; tests throw a ``SimulatedCrash`` from it.
    var faultPoint: @Sendable (String) throws -> Void

    package init(
        openers: @escaping @Sendable (FilePath) throws -> [DatabaseOpener] = { try DatabaseOpener.all(of: $0) },
        isEncrypted: @escaping @Sendable ([UInt8]) -> Bool,
        decrypt: (@Sendable (_ encrypted: FilePath, _ new: FilePath) async throws -> Void)? = nil,
        importSQL: @escaping @Sendable (_ text: FilePath, _ new: FilePath) async throws -> Void = {
            try await SQLText.importing($0, into: $1)
        },
        safetyBackup: SafetyBackup? = nil, now: @escaping @Sendable () -> Date = { Date() },
        observe: @escaping @Sendable (RestoreStep) -> Void = { _ in }
    ) {
        self.openers = openers
        self.isEncrypted = isEncrypted
        self.decrypt = decrypt
        self.importSQL = importSQL
        self.safetyBackup = safetyBackup
        self.now = now
        self.observe = observe
        faultPoint = { _ in }
    }
}

/// What a restore is doing, for people who watch it.
package enum RestoreStep: String, Hashable, Sendable, Codable, CaseIterable {
    case staging, checking, stopping, securing, swapping, comparing, starting, probing, returning
}

/// The end of the process at a point of a transaction, as tests enumerate them: nothing is tidied up on its way out.
struct SimulatedCrash: Error {}
