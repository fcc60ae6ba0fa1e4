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

/// Sends a growing file to the device bit by bit, and out of the page cache.
///
/// One large sync at the end would hold up the commits of the service: on most file systems their own sync waits for
/// all that is dirty. Errors show in the sync at the end.
struct WriteBehind {
    /// After how many bytes writing begins, and after how many it is waited for.
    private static let slice: off_t = 4 << 20
    private static let stretch: off_t = 32 << 20

    let descriptor: CInt
    private var begun: off_t = 0
    private var settled: off_t = 0

    init(descriptor: CInt) { self.descriptor = descriptor }

    /// To be called now and then.
    mutating func advance() {
        let end = lseek(descriptor, 0, SEEK_CUR)
        guard end - begun >= Self.slice else { return }
        // This begins to write what is dirty (`generic_fadvise`), and forgets what was written before.
        _ = posix_fadvise(descriptor, 0, end, POSIX_FADV_DONTNEED)
        begun = end
        guard end - settled >= Self.stretch else { return }
        _ = fdatasync(descriptor)
        settled = end
    }
}
