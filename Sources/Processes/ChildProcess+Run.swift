import Glibc
import Subprocess
import Synchronization
import SystemPackage

extension ChildProcess {
    /// Runs the program to its end, or to one of its limits.
    ///
    /// At a limit, or when the calling task is cancelled, the whole process group gets SIGTERM, then after the grace
    /// period SIGKILL. Whatever of the group outlives its leader is killed too.
    ///
    /// - Parameter receive: takes each line of standard output without its line feed, in order. A last line without a
    ///   line feed is passed on as it is.
    /// - Returns: how it ended.
    /// - Throws: ``ChildStartError`` where it could not be started.
    package func run(receive: @escaping @Sendable ([UInt8]) async -> Void) async throws(ChildStartError) -> ChildReport
    {
        Self.ignoreBrokenPipes
        if Task.isCancelled { return ChildReport(end: .cancelled, errorText: "", leftStrays: false) }
        let watch = ChildWatch()
        let outcome = await withTaskGroup(of: Step.self) { group in
            group.addTask { await .ended(supervise(watch, receive)) }
            group.addTask {
                // Cancellation is the ordinary end of this wait: the child was faster.
                try? await Task.sleep(for: timeLimit)
                return .slept(Task.isCancelled)
            }
            var result: Result<TerminationStatus, any Error>?
            while let step = await group.next() {
                switch step {
                case .ended(let status):
                    result = status
                    group.cancelAll()
                case .slept(let wasCancelled):
                    if !wasCancelled {
                        watch.note(.timedOut)
                        group.cancelAll()
                    }
                }
            }
            return result
        }
        let leftStrays = watch.killStrays()
        let reason = watch.reason ?? (Task.isCancelled ? .cancelled : nil)
        let errorText = String(decoding: watch.errorBytes, as: UTF8.self)
        if let reason { return ChildReport(end: reason, errorText: errorText, leftStrays: leftStrays) }
        switch outcome {
        case .success(.exited(let status)):
            return ChildReport(end: .exited(Int32(status)), errorText: errorText, leftStrays: leftStrays)
        case .success(.signaled(let signal)):
            return ChildReport(end: .signalled(Int32(signal)), errorText: errorText, leftStrays: leftStrays)
        case .failure(let error): throw ChildStartError(executable: executable, reason: "\(error)")
        case nil: throw ChildStartError(executable: executable, reason: "it could not be watched")
        }
    }

    /// Writing to a child that reads nothing would otherwise end this process.
    private static let ignoreBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    private enum Step: Sendable {
        case ended(Result<TerminationStatus, any Error>)
        case slept(Bool)
    }

    /// Starts the child and moves its three streams until it has ended.
    private func supervise(
        _ watch: ChildWatch, _ receive: @escaping @Sendable ([UInt8]) async -> Void
    ) async -> Result<TerminationStatus, any Error> {
        do {
            let result = try await Subprocess.run(
                configuration, input: .inputWriter, output: .sequence, error: .sequence
            ) { execution in
                watch.started(execution.processIdentifier.value)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await feed(execution.standardInputWriter) }
                    group.addTask { try await drain(execution.standardError, into: watch) }
                    try await readLines(execution.standardOutput, watch, receive)
                    // Output has ended: now the child may see the end of its input. Where it is gone, so is the pipe.
                    try? await execution.standardInputWriter.finish()
                    try await group.waitForAll()
                }
            }
            return .success(result.terminationStatus)
        } catch {
            return .failure(error)
        }
    }

    private var configuration: Configuration {
        var options = PlatformOptions()
        options.createSession = true  // leader of its own session and group, so that the group can be killed
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: grace)
        ]
        let variables = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        return Configuration(
            executable: .path(executable), arguments: Arguments(arguments),
            environment: .custom(Dictionary(variables) { _, last in last }),
            workingDirectory: workingDirectory, platformOptions: options)
    }

    private func feed(_ writer: StandardInputWriter) async {
        // A child that does not read its input, or is gone, is no error: its output and status tell.
        _ = try? await writer.write(input)
    }

    private func readLines(
        _ output: SubprocessOutputSequence, _ watch: ChildWatch, _ receive: @Sendable ([UInt8]) async -> Void
    ) async throws {
        var lines = LineSplitter()
        var (total, count) = (0, 0)
        for try await buffer in output {
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

    private func drain(_ errors: SubprocessOutputSequence, into watch: ChildWatch) async throws {
        for try await buffer in errors {
            // A flood of errors must not put off the end of a child that is to be stopped.
            try Task.checkCancellation()
            buffer.withUnsafeBytes { watch.keepError($0, limit: errorLimit) }
        }
    }

}

/// What the streams and the time limit learn of a running child.
private final class ChildWatch: Sendable {
    private struct State {
        var group: pid_t = 0
        var reason: ChildEnd?
        var errorBytes: [UInt8] = []
    }

    private let state = Mutex(State())

    var reason: ChildEnd? { state.withLock { $0.reason } }
    var errorBytes: [UInt8] { state.withLock { $0.errorBytes } }

    func started(_ group: pid_t) { state.withLock { $0.group = group } }

    /// Keeps the first reason for ending the child.
    func note(_ reason: ChildEnd) { state.withLock { $0.reason = $0.reason ?? reason } }

    func keepError(_ bytes: UnsafeRawBufferPointer, limit: Int) {
        state.withLock { $0.errorBytes.append(contentsOf: bytes.prefix(max(limit - $0.errorBytes.count, 0))) }
    }

    /// Kills what is left of the child's group; true where something was.
    ///
    /// The child has been waited for, so only a group that still has members has this number; see ``Supervisor`` for
    /// one that ends its group before it ends itself.
    func killStrays() -> Bool {
        let group = state.withLock { $0.group }
        return group > 1 && kill(-group, SIGKILL) == 0
    }
}
