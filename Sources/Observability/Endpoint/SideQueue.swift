import Dispatch

/// Where the endpoint waits for files and databases: one thing after another, on a thread of its own.
///
/// The tasks of the daemon share as many threads as there are processors. However many clients ask, and however long the
/// store is locked, those threads stay free for the agenda.
struct SideQueue: Sendable {
    private let queue = DispatchQueue(label: "ronde.endpoint")

    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }

    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }
}
