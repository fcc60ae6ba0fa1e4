import Subprocess
import SystemPackage

/// Where a child's standard output goes.
enum ChildOutput: Sendable {
    case lines(@Sendable ([UInt8]) async -> Void)
    case pieces(@Sendable (UnsafeRawBufferPointer) -> Void)
    case file(FileDescriptor)
}

extension ChildProcess {
    /// Starts the child and moves its three streams until it has ended.
    func supervise(_ watch: ChildWatch, _ output: ChildOutput) async -> Result<TerminationStatus, any Error> {
        do {
            switch (inputFile, output) {
            case (nil, .file(let file)):
                return .success(
                    try await start(.inputWriter, .fileDescriptor(file, closeAfterSpawningProcess: false), watch) {
                        await feed($0.standardInputWriter)
                        // Where the child is gone, so is the pipe.
                        try? await $0.standardInputWriter.finish()
                    })
            case (nil, _):
                return .success(
                    try await start(.inputWriter, .sequence, watch) { execution in
                        try await withThrowingTaskGroup(of: Void.self) { group in
                            group.addTask { await feed(execution.standardInputWriter) }
                            try await read(execution.standardOutput, watch, output)
                            // Output has ended: now the child may see the end of its input. Where it is gone, so is
                            // the pipe.
                            try? await execution.standardInputWriter.finish()
                            try await group.waitForAll()
                        }
                    })
            case (let input?, .file(let file)):
                return .success(
                    try await start(
                        .fileDescriptor(input, closeAfterSpawningProcess: false),
                        .fileDescriptor(file, closeAfterSpawningProcess: false), watch
                    ) { _ in })
            case (let input?, _):
                return .success(
                    try await start(.fileDescriptor(input, closeAfterSpawningProcess: false), .sequence, watch) {
                        try await read($0.standardOutput, watch, output)
                    })
            }
        } catch {
            return .failure(error)
        }
    }

    /// Starts the child, keeps its standard error and lets `body` move the other streams.
    private func start<Input: InputProtocol, Output: OutputProtocol>(
        _ input: Input, _ output: Output, _ watch: ChildWatch,
        body: @escaping @Sendable (Execution<Input, Output, SequenceOutput>) async throws -> Void
    ) async throws -> TerminationStatus {
        let result = try await Subprocess.run(configuration, input: input, output: output, error: .sequence) {
            execution in
            watch.started(execution.processIdentifier.value)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await drain(execution.standardError, into: watch) }
                try await body(execution)
                try await group.waitForAll()
            }
        }
        return result.terminationStatus
    }

    private func feed(_ writer: StandardInputWriter) async {
        // A child that does not read its input, or is gone, is no error: its output and status tell.
        _ = try? await writer.write(input)
    }

    private func read(
        _ stream: SubprocessOutputSequence, _ watch: ChildWatch, _ output: ChildOutput
    ) async throws {
        switch output {
        case .lines(let receive): try await readLines(stream, watch, receive)
        case .pieces(let receive): try await readPieces(stream, watch, receive)
        case .file: break
        }
    }

    private func readLines(
        _ stream: SubprocessOutputSequence, _ watch: ChildWatch, _ receive: @Sendable ([UInt8]) async -> Void
    ) async throws {
        var lines = LineSplitter()
        var (total, count) = (0, 0)
        for try await buffer in stream {
            total += buffer.count
            for line in buffer.withUnsafeBytes({ lines.append($0) }) where total <= outputLimit && count < lineLimit {
                count += 1
                await receive(line)
            }
            guard total <= outputLimit, count < lineLimit else {
                watch.note(.flooded)
                throw CancellationError()
            }
        }
        if let last = lines.rest { await receive(last) }
    }

    private func readPieces(
        _ stream: SubprocessOutputSequence, _ watch: ChildWatch, _ receive: @Sendable (UnsafeRawBufferPointer) -> Void
    ) async throws {
        var total = 0
        for try await buffer in stream {
            total += buffer.count
            guard total <= outputLimit else {
                watch.note(.flooded)
                throw CancellationError()
            }
            buffer.withUnsafeBytes(receive)
        }
    }

    private func drain(_ errors: SubprocessOutputSequence, into watch: ChildWatch) async throws {
        for try await buffer in errors {
            // A flood of errors must not put off the end of a child that is to be stopped.
            try Task.checkCancellation()
            buffer.withUnsafeBytes { watch.keepError($0, limit: errorLimit) }
        }
    }
}
