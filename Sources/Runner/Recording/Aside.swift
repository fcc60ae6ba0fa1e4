import Foundation

/// Work that blocks its thread, beside the few threads that all tasks share.
enum Aside {
    /// Reports of runs that end together are written two at a time: the disk takes no more of them at once, and tasks
    /// that are due meanwhile want the processors too.
    private static let queue: OperationQueue = {
        let queue = OperationQueue()
        queue.name = "ronde.aside"
        queue.maxConcurrentOperationCount = 2
        return queue
    }()

    /// Does the work on another thread.
    static func result<Value: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Value
    ) async -> Result<Value, Failure> {
        await withCheckedContinuation { continuation in
            queue.addOperation { continuation.resume(returning: Result(catching: work)) }
        }
    }
}
