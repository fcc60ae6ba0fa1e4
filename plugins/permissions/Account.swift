import Glibc
import Maintenance
import PluginKit

/// A user or a group of this host.
struct Account: Hashable, Sendable {
    let id: UInt32
    /// As it was written.
    let name: String

    /// - Throws: `TaskFailure` where there is no such user.
    static func user(_ name: String, _ place: String) throws(TaskFailure) -> Account {
        if let id = UInt32(name), id != .max { return Account(id: id, name: name) }
        guard let entry = getpwnam(name) else {
            throw TaskFailure(.unknown, "\(place): owner: there is no user '\(name)' on this host")
        }
        return Account(id: entry.pointee.pw_uid, name: name)
    }

    /// - Throws: `TaskFailure` where there is no such group.
    static func group(_ name: String, _ place: String) throws(TaskFailure) -> Account {
        if let id = UInt32(name), id != .max { return Account(id: id, name: name) }
        guard let entry = getgrnam(name) else {
            throw TaskFailure(.unknown, "\(place): group: there is no group '\(name)' on this host")
        }
        return Account(id: entry.pointee.gr_gid, name: name)
    }
}
