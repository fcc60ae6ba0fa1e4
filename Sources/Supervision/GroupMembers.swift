import Foundation
import Glibc

/// The other processes of this process' group.
enum GroupMembers {
    /// Sends SIGTERM to the whole group; this process catches it.
    static func terminateAll() { kill(0, SIGTERM) }

    /// Kills the whole group, this process too.
    static func killAll() { kill(0, SIGKILL) }

    /// Ends what outlived the program: those that were told to stop may take until `end`, others are killed at once.
    static func end(until end: ContinuousClock.Instant?) {
        if let end {
            while end > .now, !others().isEmpty { usleep(10_000) }
        }
        // Several rounds, because one that is killed may just have started another.
        for _ in 0..<1000 {
            let left = others()
            if left.isEmpty { return }
            for pid in left { kill(pid, SIGKILL) }
            usleep(1_000)
        }
    }

    /// The living processes of this group, without this one.
    static func others() -> [pid_t] {
        let own = (pid: getpid(), group: getpgrp())
        // Without /proc strays cannot be found; the runner still kills the group by its number.
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc") else { return [] }
        return names.compactMap { pid_t($0) }.filter { pid in
            pid != own.pid && getpgid(pid) == own.group && !isZombie(pid)
        }
    }

    /// A zombie has ended; only its parent can make it go away.
    private static func isZombie(_ pid: pid_t) -> Bool {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return true }
        // The state is the word after the name, which stands in parentheses and may hold any character.
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")), end + 2 < bytes.endIndex else { return false }
        return bytes[end + 2] == UInt8(ascii: "Z") || bytes[end + 2] == UInt8(ascii: "X")
    }
}
