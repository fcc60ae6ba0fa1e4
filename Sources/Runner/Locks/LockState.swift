import DurableFiles
package import Maintenance
import SystemPackage

/// A lock of the state folder that is held at this moment.
package struct LockState: Hashable, Sendable {
    /// The lock file's name.
    package let file: String
    /// For people: `database 'main' of api`.
    package let subject: String
    /// `exclusive` or `shared`.
    package let mode: String
    package let pids: [Int32]
    /// What its holder said that it does; nil where it is shared.
    package let purpose: String?
    /// Whether it keeps tasks from each other; the others are of runs, of daemons and of opening the store.
    package let isOfWork: Bool

    /// The kernel's list is read in pieces, and leaves out some while others come and go: one look is not enough.
    private static func held(in folder: FilePath) throws -> [HeldLock] {
        var found: [FilePath: HeldLock] = [:]
        for _ in 0..<3 { for lock in try HeldLock.all(in: folder) { found[lock.path] = lock } }
        return found.values.sorted { $0.path.string < $1.path.string }
    }

    /// The locks of a state folder that are held.
    ///
    /// - Parameters:
    ///   - services: whose locks are called by their names.
    ///   - settings: where the locks are.
    /// - Returns: by file name.
    /// - Throws: `FileError` where the folder cannot be listed, `DigestError` when libcrypto fails.
    package static func all(services: [Service], _ settings: RunnerSettings) throws -> [LockState] {
        var subjects: [String: String] = [:]
        for service in services {
            subjects[try LockName.service(service.name).fileName] = try LockName.service(service.name).subject
            for (name, location) in service.databases {
                let lock = try LockName.database(path: location.sqlite, name: name, service: service.name)
                subjects[lock.fileName] = lock.subject
            }
        }
        return try held(in: settings.locksFolder).map { lock in
            let file = lock.path.lastComponent?.string ?? ""
            let isOfWork =
                file.hasPrefix("database-") || file.hasPrefix("service-") || file.hasPrefix(LockName.namedPrefix)
            let name = String(file.dropLast(".lock".count))
            let named =
                name.hasPrefix(LockName.namedPrefix) ? "lock \(name.dropFirst(LockName.namedPrefix.count))" : name
            return LockState(
                file: file, subject: subjects[file] ?? named,
                mode: lock.mode == .exclusive ? "exclusive" : "shared", pids: lock.holders,
                purpose: lock.note.map { "\($0)" }, isOfWork: isOfWork)
        }
    }
}
