import Dispatch
import Synchronization

extension Array where Element: Sendable {
    /// The same as `map`, on all cores: for many small steps that each wait for the disk or compute for a while.
    ///
    /// The results are in the order of the elements. Every element is passed on, even where an early one throws.
    ///
    /// - Throws: the error of the first element that threw one.
    func concurrentMap<Mapped: Sendable>(
        _ transform: @Sendable (Element) throws -> Mapped
    ) throws -> FlattenSequence<[[Mapped]]> {
        let step = 1_024
        guard count > step else { return [try map(transform)].joined() }
        let parts = (count + step - 1) / step
        let results = Mutex([Int: Result<[Mapped], any Error>]())
        DispatchQueue.concurrentPerform(iterations: parts) { part in
            let result = Result { try self[part * step..<Swift.min(count, (part + 1) * step)].map(transform) }
            results.withLock { $0[part] = result }
        }
        let found = results.withLock { $0 }
        return try (0..<parts).compactMap { try found[$0]?.get() }.joined()
    }
}
