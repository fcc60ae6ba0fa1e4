import Glibc

/// How much of the processors this session leaves to others who want them.
enum Niceness {
    /// Makes this process and what it starts nicer.
    ///
    /// Where Linux groups processes by session (sched(7), "The autogroup feature"), niceness counts only inside a
    /// session, and a plugin has one of its own: so the session as a whole is made nicer too. Neither can fail in a way
    /// that matters to the work.
    static func add(_ value: Int32) {
        errno = 0
        let before = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, before + value)
        let file = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        defer { close(file) }
        let text = "\(min(before + value, 19))"
        // Without privileges the system takes one such word in a tenth of a second from all processes together.
        for _ in 0..<5 {
            guard write(file, text, text.utf8.count) < 0, errno == EAGAIN else { return }
            usleep(120_000)
        }
    }
}
