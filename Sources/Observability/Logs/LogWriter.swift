@preconcurrency import Glibc
import Synchronization

/// Whole lines on a descriptor, without ever waiting for whoever reads them, and without ever failing the caller.
///
/// A pipe that nobody empties would stop the daemon at its 64th kilobyte, and a full disk is no reason to miss a
/// firing: such lines are counted and left out.
package final class LogWriter: Sendable {
    /// The standard error of this process.
    package static let standardError = LogWriter(STDERR_FILENO)

    private struct State {
        /// How many lines were left out since the last one that was written.
        var leftOut = 0
        /// Whether the last line broke off in its middle.
        var isBroken = false
    }

    private let descriptor: Int32
    private let state = Mutex(State())

    /// A writer to a descriptor that its owner keeps open.
    package init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Writes a line.
    ///
    /// - Parameters:
    ///   - line: with its end; at most ``LogLine/limit`` bytes.
    ///   - note: the line that says how many were left out before this one.
    func write(_ line: String, note: (Int) -> String) {
        state.withLock { state in
            guard hasRoom else {
                state.leftOut += 1
                return
            }
            if state.leftOut > 0 {
                guard put((state.isBroken ? "\n" : "") + note(state.leftOut), &state), hasRoom else {
                    state.leftOut += 1
                    return
                }
                state.leftOut = 0
            }
            if !put((state.isBroken ? "\n" : "") + line, &state) { state.leftOut += 1 }
        }
    }

    private func put(_ text: String, _ state: inout State) -> Bool {
        let bytes = Array(text.utf8)
        var count = -1
        repeat { count = Glibc.write(descriptor, bytes, bytes.count) } while count < 0 && errno == EINTR
        if count == bytes.count {
            state.isBroken = false
        } else if count > 0 {
            state.isBroken = true
        }
        return count == bytes.count
    }

    /// poll(2) promises that a pipe which can be written to takes PIPE_BUF bytes at once.
    private var hasRoom: Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&wanted, 1, 0) == 1 && wanted.revents & Int16(POLLOUT) != 0
    }
}
