import Digests
import Foundation
import Glibc
import Maintenance

/// What a lock protects, by a name that every process on this machine gives it.
struct LockName: Hashable, Comparable, Sendable {
    /// For people: `database main of api`.
    let subject: String
    /// The lock file's name.
    let fileName: String

    /// Locks on a database go by its real path, so that two services naming one file exclude each other.
    static func database(path: String, name: String, service: String) throws -> LockName {
        let digest = try SHA256Digest(of: Array(realPath(path).utf8)).description.prefix(16)
        return LockName(subject: "database '\(name)' of \(service)", fileName: "database-\(digest).lock")
    }

    static func service(_ name: String) throws -> LockName {
        let digest = try SHA256Digest(of: Array(name.utf8)).description.prefix(16)
        return LockName(subject: "service \(name)", fileName: "service-\(digest).lock")
    }

    /// A lock that tasks name themselves.
    static func named(_ name: String) -> LockName {
        LockName(subject: "lock \(name)", fileName: "\(namedPrefix)\(name).lock")
    }

    static let namedPrefix = "named-"

    /// One run of a checklist at a time.
    static func checklist(_ name: String) -> LockName {
        LockName(subject: "checklist \(name)", fileName: "checklist-\(name).lock")
    }

    /// One run that waits for its turn; see ``checklist(_:)``.
    static func queue(_ name: String) -> LockName {
        LockName(subject: "the queue of checklist \(name)", fileName: "queue-\(name).lock")
    }

    static func < (left: LockName, right: LockName) -> Bool { left.fileName < right.fileName }

    /// The locks that a task needs by itself and by its plugin's manifest, in the one order in which everybody takes
    /// them, so that no two tasks ever wait for each other.
    static func needed(
        by task: TaskDefinition, of service: Service, manifest: PluginManifest
    ) throws -> [(name: LockName, mode: LockMode)] {
        var locks = task.locks.map { (name: LockName.named($0.key), mode: $0.value) }
        for (target, mode) in manifest.locks {
            switch target {
            case .service: locks.append((try .service(service.name), mode))
            case .database:
                guard let name = service.databaseName(for: task.with["database"]?.string),
                    let location = service.databases[name]
                else { continue }  // the plugin itself says that there is no such database
                locks.append((try .database(path: location.sqlite, name: name, service: service.name), mode))
            }
        }
        return locks.sorted { $0.name < $1.name }
    }

    /// The path without links; of a file that is missing, the real path of its folder and its name.
    private static func realPath(_ path: String) -> String {
        if let real = resolved(path) { return real }
        let url = URL(filePath: path)
        guard let folder = resolved(url.deletingLastPathComponent().path) else { return path }
        return folder + "/" + url.lastPathComponent
    }

    private static func resolved(_ path: String) -> String? {
        guard let text = realpath(path, nil) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }
}
