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

/// Does two things side by side.
///
/// - Returns: what both came to.
/// - Throws: the error of the first, or that of the second; both are done in any case.
func concurrently<First: Sendable, Second: Sendable>(
    _ first: @Sendable () throws -> First, _ second: @Sendable () throws -> Second
) throws -> (First, Second) {
    let results = Mutex<(first: Result<First, any Error>?, second: Result<Second, any Error>?)>((nil, nil))
    DispatchQueue.concurrentPerform(iterations: 2) { part in
        if part == 0 {
            let result = Result { try first() }
            results.withLock { $0.first = result }
        } else {
            let result = Result { try second() }
            results.withLock { $0.second = result }
        }
    }
    let found = results.withLock { $0 }
    guard let one = try found.first?.get(), let other = try found.second?.get() else { throw CancellationError() }
    return (one, other)
}
