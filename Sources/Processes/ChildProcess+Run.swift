import Glibc
import Subprocess
import Synchronization
package import SystemPackage

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
        try await run(.lines(receive))
    }

    /// Runs the program as ``run(receive:)`` does, and passes on its standard output as it comes, in pieces of any size.
    ///
    /// ``lineLimit`` does not count here. A piece is valid only during the call.
    ///
    /// - Throws: ``ChildStartError`` where it could not be started.
    package func runInPieces(
        _ receive: @escaping @Sendable (UnsafeRawBufferPointer) -> Void
    ) async throws(ChildStartError) -> ChildReport {
        try await run(.pieces(receive))
    }

    /// Runs the program as ``run(receive:)`` does, with an open file as its standard output, which stays open here.
    ///
    /// - Throws: ``ChildStartError`` where it could not be started.
    package func run(into file: FileDescriptor) async throws(ChildStartError) -> ChildReport {
        try await run(.file(file))
    }

    private func run(_ output: ChildOutput) async throws(ChildStartError) -> ChildReport {
        Self.ignoreBrokenPipes
        if Task.isCancelled { return ChildReport(end: .cancelled, errorText: "", leftStrays: false) }
        let watch = ChildWatch(hasOwnGroup: hasOwnGroup)
        // A typed error does not pass through the handler.
        let result: Result<ChildReport, ChildStartError> = await withTaskCancellationHandler {
            do throws(ChildStartError) {
                return .success(try await run(output, watch))
            } catch {
                return .failure(error)
            }
        } onCancel: {
            if killsWhenCancelled() { _ = watch.killStrays() }
        }
        return try result.get()
    }

    private func run(_ output: ChildOutput, _ watch: ChildWatch) async throws(ChildStartError) -> ChildReport {
        let outcome = await withTaskGroup(of: Step.self) { group in
            group.addTask { await .ended(supervise(watch, output)) }
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

    var configuration: Configuration {
        var options = PlatformOptions()
        options.createSession = hasOwnGroup  // leader of its own session and group, so that the group can be killed
        options.teardownSequence = [
            .gracefulShutDown(toProcessGroup: hasOwnGroup, allowedDurationToNextStep: grace)
        ]
        let variables = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        return Configuration(
            executable: .path(executable), arguments: Arguments(arguments),
            environment: .custom(Dictionary(variables) { _, last in last }),
            workingDirectory: workingDirectory, platformOptions: options)
    }
}

/// What the streams and the time limit learn of a running child.
final class ChildWatch: Sendable {
    private struct State {
        var group: pid_t = 0
        var reason: ChildEnd?
        var errorBytes: [UInt8] = []
    }

    private let state = Mutex(State())
    private let hasOwnGroup: Bool

    init(hasOwnGroup: Bool) { self.hasOwnGroup = hasOwnGroup }

    var reason: ChildEnd? { state.withLock { $0.reason } }
    var errorBytes: [UInt8] { state.withLock { $0.errorBytes } }

    func started(_ group: pid_t) { state.withLock { $0.group = group } }

    /// Keeps the first reason for ending the child.
    func note(_ reason: ChildEnd) { state.withLock { $0.reason = $0.reason ?? reason } }

    func keepError(_ bytes: UnsafeRawBufferPointer, limit: Int) {
        state.withLock { $0.errorBytes.append(contentsOf: bytes.prefix(max(limit - $0.errorBytes.count, 0))) }
    }

    /// Kills what there is of the child's group; true where something was.
    ///
    /// After its end the child has been waited for, so only a group that still has members has this number; see `Supervisor` for
    /// one that ends its group before it ends itself.
    func killStrays() -> Bool {
        let group = state.withLock { $0.group }
        return hasOwnGroup && group > 1 && kill(-group, SIGKILL) == 0
    }
}
