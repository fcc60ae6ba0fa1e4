/// How far this machine's clock is from another one.
struct ClockOffset: Hashable, Sendable {
    /// In seconds; positive where ours is behind.
    let seconds: Double
    /// In seconds: by how much that may be wrong, as the way there and back may take unequal time.
    let uncertainty: Double
}

/// Why a time server did not tell the time.
struct NoTime: Error, Hashable, CustomStringConvertible {
    let description: String
}
