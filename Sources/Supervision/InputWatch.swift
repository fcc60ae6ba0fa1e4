import Glibc

/// Whether standard input still has a writer.
///
/// Nothing is read: the bytes are the program's.
enum InputWatch {
    /// Waits for the end of input, at most for `time`.
    static func hasEnded(after time: Duration) -> Bool {
        var watched = pollfd(fd: STDIN_FILENO, events: 0, revents: 0)
        // Interrupted or timed out are no end; the caller asks again.
        guard poll(&watched, 1, time.milliseconds) > 0 else { return false }
        return isEnd(watched.revents)
    }

    /// POLLHUP comes when the last writer of a pipe is gone; POLLNVAL when there is no standard input at all.
    static func isEnd(_ events: Int16) -> Bool { events & Int16(POLLHUP | POLLERR | POLLNVAL) != 0 }
}

extension Duration {
    /// Whole milliseconds for `poll(2)`, rounded up; at most a minute, after which the caller asks again.
    var milliseconds: Int32 {
        let (seconds, attoseconds) = components
        guard seconds < 60 else { return 60_000 }
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return Int32(seconds) * 1000 + Int32((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
