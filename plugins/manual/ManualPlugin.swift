import Foundation
import Maintenance
package import PluginKit

/// A step that a person does; ends at once, `waiting`.
package struct ManualPlugin: TaskPlugin {
    package static let name = "manual"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    /// What a checklist says below `with:`.
    package struct Configuration: Decodable, Sendable {
        var instructions: String
        var by: [String]?
        var due: TimeSpan?
        var evidence: [RequestedEvidence]?
    }

    private let step: AwaitedStep
    private let due: TimeSpan?

    /// - Throws: `TaskFailure` where the evidence cannot be told apart, or a range belongs to no number.
    package init(_ configuration: Configuration) throws {
        let evidence = configuration.evidence ?? []
        if evidence.count > PluginTranscript.mostEvidence {
            throw TaskFailure(.unknown, "evidence: at most \(PluginTranscript.mostEvidence) pieces can be asked for")
        }
        let names = evidence.map(\.name)
        if let twice = names.first(where: { name in names.filter { $0 == name }.count > 1 }) {
            throw TaskFailure(.unknown, "evidence: '\(twice)' is asked for twice; give each a name of its own")
        }
        if let odd = evidence.first(where: { $0.kind != .number && ($0.warning ?? $0.critical) != nil }) {
            throw TaskFailure(.unknown, "evidence: '\(odd.name)' has a range, and is no number: set 'kind: number'")
        }
        due = configuration.due
        step = AwaitedStep(
            kind: .step, instructions: configuration.instructions.trimmingCharacters(in: .whitespacesAndNewlines),
            by: configuration.by ?? [], evidence: evidence)
    }

    package func run(in context: TaskContext) async throws -> TaskResult { context.ask(step, within: due) }
}
