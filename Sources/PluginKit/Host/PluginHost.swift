import Dispatch
import Foundation
import Glibc
import Maintenance

/// The process side of the contract: `ronde plugin NAME` is one call of ``serve(_:)``.
package enum PluginHost {
    /// How long a plugin that was told to stop may tidy up before its process ends all the same.
    static let longestFarewell = Duration.seconds(5)

    /// Reads the request, runs the plugin and writes its events; returns the exit status.
    ///
    /// The plugin's task is cancelled when standard input ends (whoever asked is gone) and on SIGTERM or SIGINT.
    package static func serve<Plugin: TaskPlugin>(_: Plugin.Type) async -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        let writer = EventWriter(descriptor: STDOUT_FILENO)
        var reader = RequestReader(descriptor: STDIN_FILENO)
        let request: PluginRequest
        do {
            request = try RecordCoding.decoder().decode(PluginRequest.self, from: Data(reader.readLine()))
        } catch {
            writer.write(.result(TaskResult(.unknown, "unusable request: \(RecordCoding.explain(error))")))
            return Outcome.unknown.exitStatus
        }
        // The one unstructured task: threads and signals must be able to cancel it without waiting for the
        // cooperative pool, which on a single core the plugin itself may occupy.
        let work = Task { await answer(Plugin.self, request, writer) }
        let stop = StopSignals { work.cancel() }
        let watcher = Thread { [reader] in
            var reader = reader
            reader.waitForEnd()
            work.cancel()
            StopSignals.endSoon()
        }
        watcher.start()
        let result = await work.value
        withExtendedLifetime(stop) {}
        writer.write(.result(result))
        return result.outcome.exitStatus
    }

    /// Runs the plugin and turns whatever happens into a result.
    private static func answer<Plugin: TaskPlugin>(
        _: Plugin.Type, _ request: PluginRequest, _ writer: EventWriter
    ) async -> TaskResult {
        guard request.protocolVersion == PluginRequest.currentProtocol else {
            return TaskResult(
                .unknown,
                "the request speaks protocol \(request.protocolVersion), this plugin \(PluginRequest.currentProtocol)")
        }
        return await perform(Plugin.self, request) { writer.write($0) }
    }

    /// Runs a plugin in this process: its parameters are decoded, and every error becomes a result.
    package static func perform<Plugin: TaskPlugin>(
        _: Plugin.Type, _ request: PluginRequest, receive: @escaping @Sendable (PluginEvent) -> Void
    ) async -> TaskResult {
        let configuration: Plugin.Configuration
        do {
            let bytes = try RecordCoding.encoder().encode(request.with)
            configuration = try RecordCoding.decoder().decode(Plugin.Configuration.self, from: bytes)
        } catch {
            return TaskResult(.unknown, "parameters of '\(Plugin.name)': \(RecordCoding.explain(error))")
        }
        do {
            return try await Plugin(configuration).run(in: TaskContext(request, receive: receive))
        } catch let failure as TaskFailure {
            return TaskResult(failure.outcome, failure.summary)
        } catch is CancellationError {
            return TaskResult(.unknown, "stopped before it was done")
        } catch {
            return TaskResult(.critical, "\(error)")
        }
    }
}

/// Calls back on SIGTERM and SIGINT, and sees to it that the process ends soon after.
private final class StopSignals {
    private let sources: [any DispatchSourceSignal]

    init(_ stop: @escaping @Sendable () -> Void) {
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                stop()
                StopSignals.endSoon()
            }
            source.resume()
            return source
        }
    }

    /// Ends the process for good if the plugin does not come to its end by itself.
    static func endSoon() {
        let wait = DispatchTimeInterval.milliseconds(Int(PluginHost.longestFarewell.inSeconds * 1000))
        DispatchQueue.global().asyncAfter(deadline: .now() + wait) { _exit(Outcome.unknown.exitStatus) }
    }
}
