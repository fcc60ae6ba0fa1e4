import Dispatch
import Synchronization

/// Large buffers that one thread fills while another empties those before, in order.
///
/// The thread is taken only for what does not fit into one buffer.
final class BufferRelay {
    /// What empties a buffer: its bytes, and the number that went with them.
    typealias Emptying = (UnsafeRawBufferPointer, Int64) throws -> Void

    /// The size of each buffer in bytes, a multiple of any page of a file system.
    let capacity: Int
    private let buffers: [UnsafeMutableRawPointer]
    private let queue = DispatchQueue(label: "ronde.buffers")
    // Begins at 0: one that is released below its first value is a mistake to Dispatch.
    private let free = DispatchSemaphore(value: 0)
    private let failure = Failure()
    private let empty: Emptying
    private var turn = 0

    private final class Failure: Sendable {
        let first = Mutex<(any Error)?>(nil)
    }

    /// - Parameters:
    ///   - capacity: the size of each buffer in bytes, rounded up to whole pages.
    ///   - count: how many buffers there are, at least 2.
    ///   - empty: called on another thread, or on this one while that one rests; never by two at once.
    init(capacity: Int, count: Int = 3, empty: @escaping Emptying) {
        self.capacity = (max(capacity, 1) + 4_095) & ~4_095
        self.empty = empty
        let bytes = self.capacity
        buffers = (0..<max(count, 2)).map { _ in .allocate(byteCount: bytes, alignment: 4_096) }
        // The buffer to be filled first is taken already.
        for _ in buffers.dropFirst() { free.signal() }
    }

    deinit {
        queue.sync {}
        for buffer in buffers { buffer.deallocate() }
    }

    /// The buffer to fill.
    var current: UnsafeMutableRawPointer { buffers[turn] }

    /// Hands over the first bytes of the current buffer, and makes the next one current once it is empty.
    ///
    /// - Throws: what emptying an earlier buffer threw.
    func pass(_ count: Int, number: Int64 = 0) throws {
        try throwFailure()
        let bytes = UnsafeRawBufferPointer(start: buffers[turn], count: count)
        // The queue runs one block after another, and `drain` waits for them: what they capture is used by one at once.
        nonisolated(unsafe) let (bytesToEmpty, work) = (bytes, empty)
        queue.async { [failure, free] in
            do {
                if failure.first.withLock({ $0 == nil }) { try work(bytesToEmpty, number) }
            } catch {
                failure.first.withLock { $0 = error }
            }
            free.signal()
        }
        turn = (turn + 1) % buffers.count
        free.wait()
    }

    /// Waits until all that was passed is emptied.
    ///
    /// - Throws: what emptying threw.
    func drain() throws {
        queue.sync {}
        try throwFailure()
    }

    private func throwFailure() throws {
        if let error = failure.first.withLock({ $0 }) { throw error }
    }
}
