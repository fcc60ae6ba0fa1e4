import Foundation
import Maintenance
package import PluginKit

/// A question to a person, to be answered with yes or no; ends at once, `waiting`.
package struct ApprovalPlugin: TaskPlugin {
    package static let name = "approval"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    /// What a checklist says below `with:`.
    package struct Configuration: Decodable, Sendable {
        var question: String
        var by: [String]?
        var due: TimeSpan?
        var notByStarter: Bool

        enum CodingKeys: String, CodingKey {
            case question, by, due
            case notByStarter = "not_by_starter"
        }
    }

    private let configuration: Configuration

    package init(_ configuration: Configuration) { self.configuration = configuration }

    package func run(in context: TaskContext) async throws -> TaskResult {
        let step = AwaitedStep(
            kind: .approval, instructions: configuration.question.trimmingCharacters(in: .whitespacesAndNewlines),
            by: configuration.by ?? [], isNotForStarter: configuration.notByStarter)
        return context.ask(step, within: configuration.due)
    }
}
