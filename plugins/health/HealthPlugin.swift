import Maintenance
package import PluginKit
import Probing

/// Asks endpoints of the service side by side, and judges what they answer and how long they take.
///
/// An endpoint that gives no answer, a wrong status or a wrong body after its retries is critical. One that answers more
/// slowly than its limits, or a measured number beyond its ranges, is what those say. An answer that came only at a later
/// attempt is well: the measurement `attempts` tells of it, and the log of what went wrong before.
package struct HealthPlugin: TaskPlugin {
    package static let name = "health"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    private let survey: EndpointSurvey

    /// Checks the parameters, and that they are right together.
    ///
    /// - Throws: ``TaskFailure`` naming the parameter, what is wrong with it and what would be right.
    package init(_ configuration: HealthConfiguration) throws {
        do throws(Mistake) {
            let rules = try ProbeRules(
                timeLimitEach: configuration.timeLimitEach, retries: configuration.retries,
                retryDelay: configuration.retryDelay, concurrency: configuration.concurrency,
                certificateAuthority: configuration.certificateAuthority)
            // What is asked where nothing is said; the manifest's default is the same.
            survey = try EndpointSurvey(configuration.endpoints ?? [.health()], rules)
        } catch {
            throw error.failure
        }
    }

    /// Asks all endpoints, or says what it would ask.
    ///
    /// It ends before the context's deadline, by asking less often where time runs out, and at once when its task is
    /// cancelled.
    ///
    /// - Throws: ``TaskFailure`` if the service has no URL or lacks a threshold, `CancellationError`.
    package func run(in context: TaskContext) async throws -> TaskResult {
        // A service without a URL hears of that before it hears of its thresholds.
        _ = try context.service.baseURL()
        let survey = try survey.judged(by: context.service)
        if context.isDryRun { return TaskResult(.ok, try survey.preview(context)) }
        let results = try await survey.ask(in: context)
        for result in results { result.tell(context) }
        return RoundSummary(results).taskResult
    }
}
