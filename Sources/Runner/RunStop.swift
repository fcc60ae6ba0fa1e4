import Synchronization

/// How a run that goes on is told to end, and why, by who started it.
package final class RunStop: Sendable {
    private struct Request: Sendable {
        var reason: String
        var kills: Bool
    }

    private let request = Mutex<Request?>(nil)
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    package init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// Asks the run to end; a request that kills comes before one that does not.
    ///
    /// - Parameters:
    ///   - reason: what its report says, as in `the firing of … took its place`.
    ///   - kills: whether its plugin gets no time to end by itself.
    package func request(reason: String, kills: Bool) {
        request.withLock { $0 = Request(reason: reason, kills: kills || $0?.kills == true) }
        continuation.yield()
    }

    /// Why the run was asked to end; nil while it was not.
    package var reason: String? { request.withLock { $0?.reason } }
    package var kills: Bool { request.withLock { $0?.kills == true } }

    /// Does the work in a child task, which is cancelled when the run is asked to end.
    func watching<Value: Sendable>(_ work: @escaping @Sendable () async -> Value) async -> Value? {
        await withTaskGroup(of: Value?.self) { group in
            group.addTask { await work() }
            group.addTask { [stream] in
                for await _ in stream { return nil }
                return nil
            }
            var value: Value?
            while let ended = await group.next() {
                // Either the work is done or it is to stop: both end the other side.
                value = value ?? ended
                group.cancelAll()
            }
            return value
        }
    }
}
