import Glibc
import Synchronization

/// Turns signals into bytes that can be waited for together with standard input.
struct SignalPipe {
    enum Event: Equatable {
        /// The last writer of standard input is gone.
        case inputEnded
        /// This process was told to stop.
        case told
        case childChanged
        case nothing
    }

    /// Where the signal catcher writes: a catcher knows nothing but globals, and may use only what is async-signal-safe.
    private static let writeEnd = Atomic<Int32>(-1)
    private let readEnd: Int32

    /// Catches the signals from now on.
    ///
    /// Programs that are started get their own behaviour for them back.
    static func open(_ signals: [Int32]) -> SignalPipe {
        var ends: [Int32] = [-1, -1]
        // Only the limit of open files makes this fail; then -1 stays, and the supervisor asks every half second.
        _ = pipe(&ends)
        for end in ends where end >= 0 {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        writeEnd.store(ends[1], ordering: .sequentiallyConsistent)
        for number in signals {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { number in
                let before = errno
                var byte = UInt8(truncatingIfNeeded: number)
                // A full pipe has bytes enough to wake its reader.
                _ = write(SignalPipe.writeEnd.load(ordering: .relaxed), &byte, 1)
                errno = before
            }
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
        }
        return SignalPipe(readEnd: ends[0])
    }

    /// Waits for a signal, or for the end of input, until a time.
    func wait(watchingInput: Bool, until end: ContinuousClock.Instant?) -> Event {
        // The half second is only a net below: a child's end always sends a signal.
        let longest = Duration.milliseconds(500)
        let time = end.map { min(max(ContinuousClock.now.duration(to: $0), .zero), longest) } ?? longest
        var watched = [
            pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0),
            pollfd(fd: watchingInput ? STDIN_FILENO : -1, events: 0, revents: 0),
        ]
        guard poll(&watched, 2, time.milliseconds) > 0 else { return .nothing }
        let numbers = readNumbers()
        if numbers.contains(where: { $0 != UInt8(SIGCHLD) }) { return .told }
        if InputWatch.isEnd(watched[1].revents) { return .inputEnded }
        return numbers.isEmpty ? .nothing : .childChanged
    }

    private func readNumbers() -> [UInt8] {
        var numbers = [UInt8](repeating: 0, count: 64)
        let count = read(readEnd, &numbers, numbers.count)
        return Array(numbers.prefix(max(count, 0)))
    }
}
