package import SystemPackage

/// Why the store could not do what was asked.
package enum StoreError: Error, Hashable, CustomStringConvertible {
    /// No user has this number.
    case noSuchUser(Int64)
    /// Another user has this address.
    case duplicateEmail(String)
    /// Another process held the database for longer than a request may wait.
    case busy
    /// The database was open, and now nothing is at its path.
    case databaseGone(FilePath)
    /// The file was replaced while a change was being written to the one before.
    case replacedMeanwhile(FilePath)
    /// A table `users` is there, but not one that this service can work with.
    case foreignTable(path: FilePath, detail: String)

    package var description: String {
        switch self {
        case .noSuchUser(let id): "no user has the id \(id)"
        case .duplicateEmail(let email): "another user has the address \(email)"
        case .busy: "another process is holding the database; try again in a moment"
        case .databaseGone(let path):
            "\(path): the database file is gone; put it back, or restart the service to begin with an empty one"
        case .replacedMeanwhile(let path):
            "\(path): the database file was replaced while a change was being written; make the change again"
        case .foreignTable(let path, let detail):
            "\(path): the table users \(detail); name another database, or add what is missing"
        }
    }
}
