import Foundation
import Glibc
import Maintenance

/// The process side of the contract: `ronde plugin NAME` is one call of ``serve(_:)``.
package enum PluginHost {
    /// Reads the request, runs the plugin and writes its events; returns the exit status.
    ///
    /// The plugin's task is cancelled when standard input ends (whoever asked is gone) and on SIGTERM, SIGINT or SIGHUP;
    /// some seconds later its process ends, whether the plugin has or not.
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
        // The one unstructured task: a thread must be able to cancel it from outside.
        let work = Task { await answer(Plugin.self, request, writer) }
        StopWatch.start { work.cancel() }
        let result = await work.value
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
