/// Several threads that each turn one block of bytes into another; the results come out in the order of the blocks.
///
/// Memory is bounded: there are two more blocks than threads, and each keeps its buffers. The owner fills ``room``,
/// submits it, and takes a result whenever all blocks are in use. It lives on one thread; the workers are joined when it
/// ends, after at most one block each.
final class BlockPipeline {
    /// Turns a block into another one and says how long that is.
    typealias Work =
        @Sendable (_ block: Block, _ output: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int

    /// What is worked on.
    struct Block {
        let bytes: UnsafeRawBufferPointer
        let isLast: Bool
    }

    private struct Job: Sendable {
        let number: Int
        let buffers: BlockBuffers
        let count: Int
        let isLast: Bool
    }

    private enum Order {
        case work(Job)
        case end
    }

    private struct State: Sendable {
        var waiting: [Job] = []
        var results: [Int: Result<Int, ArchiveError>] = [:]
        var isEnding = false

        /// What a thread is to do, or nothing while it has to wait.
        var nextOrder: Order? {
            mutating get {
                if isEnding { return .end }
                return waiting.isEmpty ? nil : .work(waiting.removeFirst())
            }
        }
    }

    private let work: Work
    private let state = Monitor(State())
    private let threadLimit: Int
    private let capacities: (input: Int, output: Int)
    private var threads: [WorkerThread] = []
    private var slots: [BlockBuffers] = []
    private var submitted = 0
    private var taken = 0

    init(threads: Int, inputCapacity: Int, outputCapacity: Int, work: @escaping Work) {
        threadLimit = threads
        capacities = (inputCapacity, outputCapacity)
        self.work = work
    }

    deinit {
        state.update { state in
            state.waiting = []
            state.isEnding = true
        }
        for thread in threads { thread.join() }
    }

    /// Whether a result has to be taken before another block can be submitted.
    var isFull: Bool { submitted - taken == threadLimit + 2 }

    /// Whether every result was taken.
    var isEmpty: Bool { submitted == taken }

    /// Where the bytes of the next block go; not to be asked for while ``isFull``.
    var room: UnsafeMutableRawBufferPointer { slot(submitted).input }

    /// Hands over the first bytes of ``room``.
    func submit(_ count: Int, isLast: Bool) {
        let job = Job(number: submitted, buffers: slot(submitted), count: count, isLast: isLast)
        state.update { $0.waiting.append(job) }
        submitted += 1
        // A single small block is not worth a thread.
        if threads.count < threadLimit, !(isLast && threads.isEmpty), let thread = startThread() {
            threads.append(thread)
        }
    }

    /// Waits for the oldest result, which is valid until the next block is submitted.
    ///
    /// - Throws: what the work threw for that block.
    func take() throws(ArchiveError) -> UnsafeRawBufferPointer {
        let number = taken
        taken += 1
        if threads.isEmpty { Self.workOff(state, work) }
        let count = try state.wait { $0.results.removeValue(forKey: number) }.get()
        return UnsafeRawBufferPointer(rebasing: slot(number).output[..<count])
    }

    private func slot(_ number: Int) -> BlockBuffers {
        let index = number % (threadLimit + 2)
        if index == slots.count { slots.append(BlockBuffers(capacities.input, capacities.output)) }
        return slots[index]
    }

    private func startThread() -> WorkerThread? {
        WorkerThread.start { [state, work] in
            while case .work(let job) = state.wait({ $0.nextOrder }) { Self.finish(job, state, work) }
        }
    }

    /// Does all that waits on the caller's own thread.
    private static func workOff(_ state: Monitor<State>, _ work: Work) {
        var jobs: [Job] = []
        state.update { state in swap(&jobs, &state.waiting) }
        for job in jobs { finish(job, state, work) }
    }

    private static func finish(_ job: Job, _ state: Monitor<State>, _ work: Work) {
        let result: Result<Int, ArchiveError>
        let bytes = UnsafeRawBufferPointer(rebasing: job.buffers.input[..<job.count])
        do throws(ArchiveError) {
            result = .success(try work(Block(bytes: bytes, isLast: job.isLast), job.buffers.output))
        } catch {
            result = .failure(error)
        }
        state.update { $0.results[job.number] = result }
    }
}

/// The memory of one block: its bytes and what becomes of them.
final class BlockBuffers: Sendable {
    // One thread at a time has the block, and the pipeline's lock lies between one and the next.
    nonisolated(unsafe) let input: UnsafeMutableRawBufferPointer
    nonisolated(unsafe) let output: UnsafeMutableRawBufferPointer

    init(_ inputCapacity: Int, _ outputCapacity: Int) {
        input = .allocate(byteCount: inputCapacity, alignment: 4096)
        output = .allocate(byteCount: outputCapacity, alignment: 4096)
    }

    deinit {
        input.deallocate()
        output.deallocate()
    }
}
