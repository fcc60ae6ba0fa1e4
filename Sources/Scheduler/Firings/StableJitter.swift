import Maintenance

/// The delay that a schedule's jitter gives, the same at every firing of a checklist on a host.
enum StableJitter {
    /// FNV-1a over the names: `Hasher` would give another delay after every restart.
    static func delay(upTo jitter: TimeSpan, checklist: String, host: String) -> Double {
        guard jitter.duration > .zero else { return 0 }
        let hash = "\(checklist)@\(host)".utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        // The low bits of FNV hardly differ for similar names; the high ones do.
        // Whole seconds, so that adding and taking away the delay gives the same instant again.
        return (Double(hash >> 11) / 0x1p53 * jitter.seconds).rounded(.down)
    }
}
