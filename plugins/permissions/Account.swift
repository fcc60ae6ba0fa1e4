import Glibc
import Maintenance
import PluginKit

/// A user or a group of this host.
struct Account: Hashable, Sendable {
    let id: UInt32
    /// As it was written.
    let name: String

    /// For the texts of one entry; a group may have very many members.
    private static let room = 1 << 20

    /// - Throws: `TaskFailure` where there is no such user.
    static func user(_ name: String, _ place: String) throws(TaskFailure) -> Account {
        if let id = UInt32(name), id != .max { return Account(id: id, name: name) }
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: room)
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else {
            throw TaskFailure(.unknown, "\(place): owner: there is no user '\(name)' on this host")
        }
        return Account(id: entry.pw_uid, name: name)
    }

    /// - Throws: `TaskFailure` where there is no such group.
    static func group(_ name: String, _ place: String) throws(TaskFailure) -> Account {
        if let id = UInt32(name), id != .max { return Account(id: id, name: name) }
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var buffer = [CChar](repeating: 0, count: room)
        guard getgrnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else {
            throw TaskFailure(.unknown, "\(place): group: there is no group '\(name)' on this host")
        }
        return Account(id: entry.gr_gid, name: name)
    }
}
