import Foundation
import Glibc
import Maintenance
import Synchronization

/// Calls back when standard input ends, or on SIGTERM, SIGINT and SIGHUP, and sees to it that the process ends soon
/// after.
///
/// A thread of its own waits: a plugin that is deep in C code may occupy every thread of the cooperative pool and of
/// Dispatch.
struct StopWatch {
    /// How long a plugin that was told to stop may tidy up before its process ends all the same.
    static let longestFarewell = Duration.seconds(5)

    /// Where the signal catcher writes: a catcher knows nothing but globals, and may use only what is async-signal-safe.
    private static let writeEnd = Atomic<Int32>(-1)

    /// - Parameter stop: called once, from the waiting thread.
    static func start(stop: @escaping @Sendable () -> Void) {
        var ends: [Int32] = [-1, -1]
        // Only the limit of open files makes this fail; then the end of input alone stops the plugin.
        _ = pipe(&ends)
        for end in ends where end >= 0 {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        writeEnd.store(ends[1], ordering: .sequentiallyConsistent)
        for number in [SIGTERM, SIGINT, SIGHUP] { catchSignal(number) }
        let signals = ends[0]
        let thread = Thread {
            waitForStop(signals)
            stop()
            sleep(UInt32(longestFarewell.inSeconds))
            _exit(3)
        }
        thread.start()
    }

    private static func catchSignal(_ number: Int32) {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { number in
            let before = errno
            var byte = UInt8(truncatingIfNeeded: number)
            // A full pipe has bytes enough to wake its reader.
            _ = write(StopWatch.writeEnd.load(ordering: .relaxed), &byte, 1)
            errno = before
        }
        action.sa_flags = SA_RESTART
        sigaction(number, &action, nil)
    }

    /// Blocks until a signal has come or the input has ended; input itself is read and thrown away.
    private static func waitForStop(_ signals: Int32) {
        var reader = RequestReader(descriptor: STDIN_FILENO)
        while true {
            var watched = [
                pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
                pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
            ]
            // Without end: -1. Interrupted is asked again.
            guard poll(&watched, 2, -1) > 0 else { continue }
            if watched[1].revents != 0 { return }
            if watched[0].revents != 0, !reader.skip() { return }
        }
    }
}
