import Glibc

/// Holds work back to so many bytes a second.
struct Pace {
    /// Between two looks at cancellation, in microseconds.
    private static let nap: UInt32 = 20_000

    let bytesPerSecond: Int?
    private let start = ContinuousClock.now

    init(_ bytesPerSecond: Int?) { self.bytesPerSecond = bytesPerSecond }

    /// Returns once so many bytes since the start are not too many, or when `isDone` says that work is to stop.
    func wait(for bytes: Int, unless isDone: () -> Bool) {
        guard let bytesPerSecond, bytesPerSecond > 0 else { return }
        let due = start + .seconds(Double(bytes) / Double(bytesPerSecond))
        while ContinuousClock.now < due, !isDone() { usleep(Self.nap) }
    }
}
