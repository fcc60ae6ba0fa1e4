package import Glibc

/// A user of the system by number, with all groups.
///
/// Numbers, because the supervisor is linked statically and cannot ask the system for names.
package struct ProgramUser: Hashable, Sendable {
    package let user: uid_t
    package let group: gid_t
    /// ``group`` is among them.
    package let groups: [gid_t]

    private static let mostGroups = 65_536

    /// The user with a name; nil where there is none.
    package init?(named name: String) {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 1 << 16)
        // Any failure means that nobody can say who this is.
        guard getpwnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        var count: Int32 = 64
        var groups = [gid_t](repeating: 0, count: Int(count))
        while getgrouplist(name, entry.pw_gid, &groups, &count) < 0 {
            guard count > groups.count, count <= Self.mostGroups else { return nil }
            groups = [gid_t](repeating: 0, count: Int(count))
        }
        (user, group) = (entry.pw_uid, entry.pw_gid)
        self.groups = Array(groups.prefix(Int(count)))
    }

    /// Reads what ``argument`` wrote.
    init?(argument: String) {
        let fields = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count == 3, let user = uid_t(fields[0]), let group = gid_t(fields[1]) else { return nil }
        let words = fields[2].split(separator: ",", omittingEmptySubsequences: false)
        let groups = words.compactMap { gid_t($0) }
        guard groups.count == words.count, groups.count <= Self.mostGroups else { return nil }
        (self.user, self.group, self.groups) = (user, group, groups)
    }

    /// The user as an argument: `65534:65534:65534,100`.
    var argument: String { "\(user):\(group):" + groups.map { "\($0)" }.joined(separator: ",") }
}
