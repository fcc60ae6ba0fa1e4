@preconcurrency import Glibc
import Synchronization

/// Lines on standard error, without ever waiting for whoever reads them.
///
/// A pipe that nobody empties would stop the service at the 64th kilobyte; here the lines are counted and left out.
final class StandardErrorLog: LogSink {
    static let shared = StandardErrorLog()

    /// How many lines were left out since the last one that was written.
    private let leftOut = Mutex(0)

    private init() {}

    func write(_ line: String) {
        leftOut.withLock { leftOut in
            guard Self.hasRoom else {
                leftOut += 1
                return
            }
            let note = leftOut > 0 ? "(\(leftOut) lines were left out, nobody was reading)\n" : ""
            // A line longer than the room that poll(2) promises for a pipe might wait after all.
            let bytes = Array((note + line).utf8.prefix(Int(PIPE_BUF)))
            if Glibc.write(STDERR_FILENO, bytes, bytes.count) == bytes.count { leftOut = 0 } else { leftOut += 1 }
        }
    }

    private static var hasRoom: Bool {
        var standardError = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
        return poll(&standardError, 1, 0) == 1 && standardError.revents & Int16(POLLOUT) != 0
    }
}
