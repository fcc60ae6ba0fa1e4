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

    /// Opens the store, making it and its folder where missing, and brings its schema up to date.
    ///
    /// - Throws: ``RunStoreError``.
    package init(at path: FilePath) throws(RunStoreError) {
        self.path = path
        do {
            try Folder.create(path.removingLastComponent())
            var configuration = Configuration()
            configuration.label = "runs"
            configuration.busyMode = .timeout(10)
            configuration.maximumReaderCount = 2
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            pool = try DatabasePool(path: path.string, configuration: configuration)
            try RunStoreSchema.migrator.migrate(pool)
        } catch let error as DatabaseError {
            throw RunStoreError("open the run store", path, error)
        } catch {
            throw RunStoreError(operation: "open the run store", path: path, code: nil, message: "\(error)")
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

    private func attempt<Value>(_ operation: String, _ body: () throws -> Value) throws(RunStoreError) -> Value {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw RunStoreError(operation, path, error)
        } catch {
            throw RunStoreError(operation: operation, path: path, code: nil, message: "\(error)")
        }
    }
}

extension RunStoreError {
    init(_ operation: String, _ path: FilePath, _ error: DatabaseError) {
        self.init(
            operation: operation, path: path, code: error.resultCode.rawValue,
            message: error.message ?? "SQLite error \(error.extendedResultCode.rawValue)")
    }
}

/// Instants as the store keeps them: milliseconds since 1970, which sort and compare as numbers.
enum StoredInstant {
    static func encode(_ date: Date) -> Int64 { Int64((date.timeIntervalSince1970 * 1000).rounded()) }
    static func decode(_ milliseconds: Int64) -> Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }
}
