/// How much is done in one go, so that others who write never wait long.
struct Portion {
    private(set) var size: Int
    private let sizes: ClosedRange<Int>

    /// Others may wait for so long; half of the 50 ms that nobody should notice.
    private static let longest = Duration.milliseconds(25)

    init(_ size: Int, in sizes: ClosedRange<Int>) {
        self.size = size
        self.sizes = sizes
    }

    /// Does one portion and learns from how long it took.
    ///
    /// - Returns: what the body returns, and how long to rest: as long as the work took, as SQLite gives its lock to
    ///   whoever asks first and not to whoever waits longest.
    mutating func measure<Value>(_ body: (Int) throws -> Value) rethrows -> (value: Value, rest: Duration) {
        let start = ContinuousClock.now
        let value = try body(size)
        let took = ContinuousClock.now - start
        if took > Self.longest {
            size = max(sizes.lowerBound, size / 2)
        } else if took < Self.longest / 3 {
            size = min(sizes.upperBound, size * 2)
        }
        return (value, min(max(took, .milliseconds(1)), .milliseconds(100)))
    }
}
