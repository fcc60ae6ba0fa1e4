import ControlledServices
import Maintenance
package import PluginKit

/// Starts, stops or restarts the service.
package struct ServicePlugin: TaskPlugin {
    package static let name = "service"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    /// What a checklist says below `with:`.
    package struct Configuration: Decodable, Sendable {
        var action: ServiceAction
    }

    private let action: ServiceAction

    package init(_ configuration: Configuration) { action = configuration.action }

    package func run(in context: TaskContext) async throws -> TaskResult {
        let name = context.service.name
        let health = HealthCheck(of: context.service)
        guard let control = context.service.control else {
            guard action == .status, let health else {
                throw TaskFailure(
                    .unknown,
                    "ronde.yaml does not say how '\(name)' is stopped and started: give it a 'control:', a systemd unit or "
                        + "the programs 'start', 'stop' and 'status'")
            }
            return try await conclude(UncontrolledService(), health, context)
        }
        let service = CommandService(control)
        if context.isDryRun, action != .status {
            let words = [
                action == .start ? nil : service.stopWords, action == .stop ? nil : service.startWords,
            ].compactMap(\.self)
            return TaskResult(.ok, "would run: \(words.joined(separator: "; then "))")
        }
        return try await conclude(service, health, context)
    }

    private func conclude(
        _ service: any ControlledService, _ health: HealthCheck?, _ context: TaskContext
    ) async throws -> TaskResult {
        let result: ServiceAction.Result
        do {
            result = try await action.perform(on: service, health: health) { context.progress(nil, $0) }
        } catch let failure as CommandService.Failure {
            throw TaskFailure("\(context.service.name): \(failure)")
        }
        return TaskResult(result.isGood ? .ok : .critical, "\(context.service.name): \(result.words)")
    }
}
