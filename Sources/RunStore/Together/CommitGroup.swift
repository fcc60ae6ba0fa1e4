import Dispatch
import GRDB
import Synchronization

/// Writes that several tasks want at one moment, in one transaction: a commit costs a sync of the disk, however much is
/// in it.
///
/// Nobody waits for others to come: what has come while the transaction before was written goes into the next.
final class CommitGroup: Sendable {
    private struct Entry: Sendable {
        /// Does the writing, and keeps what came of it.
        let write: @Sendable (Database) throws -> Void
        /// Called once: with nil when the writing is on disk.
        let done: @Sendable ((any Error)?) -> Void
    }

    private struct State {
        var waiting: [Entry] = []
        var isWriting = false
    }

    private let pool: DatabasePool
    private let queue = DispatchQueue(label: "ronde.runs")
    private let state = Mutex(State())

    init(_ pool: DatabasePool) { self.pool = pool }

    /// Does a write; it may be done more than once, where another one of its group fails.
    ///
    /// - Throws: what the write throws, or the commit; nothing of it is kept then.
    func perform<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let kept = Kept<Value>()
            let entry = Entry(write: { database in kept.set(try body(database)) }) { error in
                continuation.resume(with: error.map { .failure($0) } ?? kept.result)
            }
            let mustBegin = state.withLock { state in
                state.waiting.append(entry)
                defer { state.isWriting = true }
                return !state.isWriting
            }
            if mustBegin { queue.async { self.writeAll() } }
        }
    }

    private func writeAll() {
        while true {
            let group = state.withLock { state in
                defer { state.waiting = [] }
                if state.waiting.isEmpty { state.isWriting = false }
                return state.waiting
            }
            if group.isEmpty { return }
            do {
                try pool.write { database in for entry in group { try entry.write(database) } }
                for entry in group { entry.done(nil) }
            } catch {
                if group.count == 1 { group[0].done(error) } else { writeEach(group) }
            }
        }
    }

    /// One of a group failed: each by itself, so that the others do not suffer for it.
    private func writeEach(_ group: [Entry]) {
        for entry in group {
            do {
                try pool.write(entry.write)
                entry.done(nil)
            } catch {
                entry.done(error)
            }
        }
    }
}

/// What a write came to, from the thread that did it to the task that wanted it.
private final class Kept<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    func set(_ value: Value) { self.value.withLock { $0 = value } }

    var result: Result<Value, any Error> {
        value.withLock { value in
            guard let value else { return .failure(CancellationError()) }
            return .success(value)
        }
    }
}
