import GRDB
import SystemPackage

/// Another program's connection to the same database, which may hold its lock.
func otherConnection(to path: FilePath) throws -> DatabaseQueue {
    var configuration = Configuration()
    // A lock is held by a transaction that stays open.
    configuration.allowsUnsafeTransactions = true
    return try DatabaseQueue(path: path.string, configuration: configuration)
}
