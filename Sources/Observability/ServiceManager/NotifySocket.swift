import Glibc
import Synchronization

/// What a service says to the service manager, as in sd_notify(3).
package enum ServiceNotice: Hashable, Sendable {
    /// It has started, or has ended a reload.
    case ready
    /// It is ending.
    case stopping
    /// It begins to read its configuration anew; ``ready`` ends that.
    case reloading
    /// It is alive.
    case watchdog
    /// What it is doing, in words that `systemctl status` shows.
    case status(String)
    /// It may take so much longer, in microseconds, to start or to end.
    case extendTimeout(microseconds: UInt64)

    /// The lines of the message.
    var text: String {
        switch self {
        case .ready: "READY=1"
        case .stopping: "STOPPING=1"
        case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(Self.monotonicMicroseconds)"
        case .watchdog: "WATCHDOG=1"
        case .status(let words): "STATUS=" + LogEscaping.text(words, limit: 500)
        case .extendTimeout(let microseconds): "EXTEND_TIMEOUT_USEC=\(microseconds)"
        }
    }

    /// By which the service manager knows which reload is meant.
    private static var monotonicMicroseconds: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
    }
}

/// The socket on which the service manager hears how its service is.
package final class NotifySocket: Sendable {
    /// How long the service may be silent, in microseconds; nil where nobody waits for signs of life.
    package let watchdogMicroseconds: UInt64?

    private let descriptor: Int32
    private let address: [UInt8]

    /// Takes the socket that the service manager gave this process, and its watchdog, out of the environment.
    ///
    /// To be called once, before there are threads and children: none of those may inherit the socket, for what they
    /// said there would count as ours.
    ///
    /// - Returns: nil where there is no service manager that listens.
    package static func takeFromEnvironment() -> NotifySocket? {
        taken { name in
            defer { unsetenv(name) }
            return getenv(name).map { String(cString: $0) }
        }
    }

    /// The socket that is named by what `take` takes away: the value of a variable, nil where it is not set.
    static func taken(by take: (String) -> String?) -> NotifySocket? {
        let path = take("NOTIFY_SOCKET")
        let process = take("WATCHDOG_PID").map { Int32($0) }
        let watchdog = take("WATCHDOG_USEC").flatMap { UInt64($0) }
        guard let path else { return nil }
        let isMeant = process.map { $0 == getpid() } ?? true
        return NotifySocket(path: path, watchdogMicroseconds: isMeant ? watchdog : nil)
    }

    /// - Parameters:
    ///   - path: absolute, or of the abstract namespace with `@` in its first place; nil for anything else.
    ///   - watchdogMicroseconds: how long the service may be silent.
    package init?(path: String, watchdogMicroseconds: UInt64? = nil) {
        var bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: sockaddr_un().sun_path)
        guard bytes.count > 1, bytes.count < room, bytes[0] == UInt8(ascii: "/") || bytes[0] == UInt8(ascii: "@") else {
            return nil
        }
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        let opened = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard opened >= 0 else { return nil }
        descriptor = opened
        address = bytes
        self.watchdogMicroseconds = watchdogMicroseconds.flatMap { $0 > 0 ? $0 : nil }
    }

    deinit { close(descriptor) }

    /// Says these things in one message.
    ///
    /// - Returns: false where the service manager could not be reached within a second; that is no reason to stop.
    @discardableResult
    package func send(_ notices: ServiceNotice...) -> Bool {
        let message = Array(notices.map(\.text).joined(separator: "\n").utf8)
        for _ in 0..<10 {
            if put(message) == message.count { return true }
            guard errno == EAGAIN || errno == EINTR || errno == ENOBUFS else { return false }
            var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&room, 1, 100)
        }
        return false
    }

    private func put(_ message: [UInt8]) -> Int {
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: address) }
        // An abstract name has no end mark: its length counts.
        let length = MemoryLayout<sa_family_t>.size + address.count + (address[0] == 0 ? 0 : 1)
        return withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(
                    descriptor, message, message.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), $0,
                    socklen_t(length))
            }
        }
    }
}
