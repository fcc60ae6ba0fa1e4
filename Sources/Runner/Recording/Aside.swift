import Dispatch

/// Work that blocks its thread, beside the few threads that all tasks share.
enum Aside {
    /// Does the work on a thread of its own.
    static func result<Value: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Value
    ) async -> Result<Value, Failure> {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: Result(catching: work)) }
        }
    }
}
