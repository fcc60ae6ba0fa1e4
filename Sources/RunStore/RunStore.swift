import DurableFiles
import Foundation
import GRDB
package import SystemPackage

/// Runs and firings, in one SQLite file that several processes may share.
///
/// A write returns once it is on disk: a firing that was claimed stays claimed through a power cut.
package final class RunStore: Sendable {
    package let path: FilePath
    let pool: DatabasePool
    private let group: CommitGroup

    /// Opens the store, making it and its folder where missing, and brings its schema up to date.
    ///
    /// On a full disk the ``DiskReserve`` beside the store is given back, and opening is tried once more.
    ///
    /// - Throws: ``RunStoreError``.
    package init(at path: FilePath) throws(RunStoreError) {
        self.path = path
        do throws(RunStoreError) {
            pool = try Self.open(path)
        } catch {
            guard error.mayBeFullDisk, DiskReserve(in: Folder.parent(of: path)).release() else { throw error }
            pool = try Self.open(path)
        }
        group = CommitGroup(pool)
    }

    /// Writes in one transaction with what other tasks write at this moment; may be done more than once.
    func writeTogether<Value: Sendable>(
        _ operation: String, _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws(RunStoreError) -> Value {
        do {
            return try await group.perform(body)
        } catch let error as DatabaseError {
            throw RunStoreError(operation, path, error)
        } catch {
            throw RunStoreError(operation, path, other: error)
        }
    }

    private static func open(_ path: FilePath) throws(RunStoreError) -> DatabasePool {
        do {
            try Folder.create(Folder.parent(of: path))
            // Two processes that make the store at once would find it locked, half made, or made twice.
            let turn = try openingTurn(path)
            defer { turn.release() }
            var configuration = Configuration()
            configuration.label = "runs"
            configuration.busyMode = .timeout(10)
            configuration.maximumReaderCount = 2
            configuration.prepareDatabase { database in
                // A file that is made now can later be made smaller without being written anew.
                if !database.configuration.readonly, try Int.fetchOne(database, sql: "PRAGMA page_count") == 0 {
                    try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
                }
                try database.execute(sql: "PRAGMA synchronous = FULL")
            }
            let pool = try DatabasePool(path: path.string, configuration: configuration)
            let migrator = RunStoreSchema.migrator
            guard try !pool.read(migrator.hasBeenSuperseded) else {
                throw RunStoreError(
                    operation: "open the run store", path: path, code: nil,
                    message: "a newer version of Ronde has changed it; use that version, or another state folder")
            }
            try migrator.migrate(pool)
            return pool
        } catch let error as DatabaseError {
            throw RunStoreError("open the run store", path, error)
        } catch let error as RunStoreError {
            throw error
        } catch {
            throw RunStoreError("open the run store", path, other: error)
        }
    }

    /// Waits its turn to open the store; blocks for ten seconds at most.
    private static func openingTurn(_ path: FilePath) throws -> FileLock {
        let lock = Folder.parent(of: path).appending("opening.lock")
        let end = ContinuousClock.now + .seconds(10)
        while true {
            if let turn = try FileLock.attempt(lock, .exclusive, purpose: "opening the run store") { return turn }
            guard ContinuousClock.now < end else {
                let holder = FileLock.note(at: lock).map { " \($0)" } ?? ""
                throw RunStoreError(
                    operation: "open the run store", path: path, code: ResultCode.SQLITE_BUSY.rawValue,
                    message: "another process is opening it:\(holder)")
            }
            Thread.sleep(forTimeInterval: 0.01)
        }
    }

    /// Runs a write transaction, naming what it was for in the error.
    func write<Value>(_ operation: String, _ body: (Database) throws -> Value) throws(RunStoreError) -> Value {
        try attempt(operation) { try pool.write(body) }
    }

    /// Reads from one snapshot, naming what it was for in the error.
    func read<Value>(_ operation: String, _ body: (Database) throws -> Value) throws(RunStoreError) -> Value {
        try attempt(operation) { try pool.read(body) }
    }

    func attempt<Value>(_ operation: String, _ body: () throws -> Value) throws(RunStoreError) -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw RunStoreError(operation, path, error)
        } catch {
            throw RunStoreError(operation, path, other: error)
        }
    }
}

/// Instants as the store keeps them: milliseconds since 1970, which sort and compare as numbers.
enum StoredInstant {
    static func encode(_ date: Date) -> Int64 {
        // Beyond what a clock can show; a number too large for the column would end the process.
        let milliseconds = (date.timeIntervalSince1970 * 1000).rounded()
        return Int64(min(max(milliseconds, -9e15), 9e15))
    }

    static func decode(_ milliseconds: Int64) -> Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }
}
