import CLinux

/// What the kernel knows of how right its clock is: adjtimex(2).
struct KernelClock: Hashable, Sendable {
    /// Whether a program keeps it right, as chrony, ntpd and systemd-timesyncd do.
    let isSynchronised: Bool
    /// In seconds: by how much it may be wrong at most.
    let largestError: Double

    /// Asks the kernel; nil where it does not tell, as in some containers.
    static func read() -> KernelClock? {
        var state = timex()
        let result = adjtimex(&state)
        guard result != -1 else { return nil }
        let isSynchronised = result != TIME_ERROR && state.status & STA_UNSYNC == 0
        return KernelClock(isSynchronised: isSynchronised, largestError: Double(state.maxerror) / 1e6)
    }
}
