import Maintenance
import Networking
package import PluginKit
import Probing

/// Asks every endpoint for its status, the shape of its JSON and its speed, and takes a record once around.
///
/// A wrong answer or none is critical, a slow one a warning; a record that could not be deleted is critical and named.
package struct EndpointsPlugin: TaskPlugin {
    package static let name = "endpoints"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    private static let usualLimit = TimeSpan(.seconds(2))

    /// Nil where only a round trip is asked for.
    private let survey: EndpointSurvey?
    private let plan: RoundTripPlan?
    private let rules: ProbeRules
    private let limit: TimeSpan?

    /// Checks the parameters, and that they are right together.
    ///
    /// - Throws: ``TaskFailure`` naming the parameter, what is wrong with it and what would be right.
    package init(_ configuration: EndpointsConfiguration) throws {
        do throws(Mistake) {
            rules = try ProbeRules(
                timeLimitEach: configuration.timeLimitEach, retries: configuration.retries,
                concurrency: configuration.concurrency, certificateAuthority: configuration.certificateAuthority)
            limit = configuration.limit
            if let limit, limit.duration >= rules.timeLimit {
                throw Mistake("\(limit) is never reached, since a request ends after time_limit_each", at: "limit")
            }
            plan = try configuration.roundTrip.map { entry throws(Mistake) in
                try located("round_trip") { () throws(Mistake) in try RoundTripPlan(entry) }
            }
            let entries = configuration.endpoints
            survey =
                entries.isEmpty && plan != nil ? nil : try EndpointSurvey(entries, rules, methods: HTTPMethod.allCases)
        } catch {
            throw error.failure
        }
    }

    /// Asks all endpoints, then makes the round trip; or says what it would ask.
    ///
    /// - Throws: ``TaskFailure`` if the service has no URL or an earlier record's note cannot be read, `CancellationError`.
    package func run(in context: TaskContext) async throws -> TaskResult {
        let base = try context.service.baseURL()
        var service = context.service
        // What the task says goes before what the service says.
        if let limit { service.thresholds.responseTime = limit }
        let judged = try survey?.judged(by: service, usual: Self.usualLimit)
        let slow = service.thresholds.responseTime ?? Self.usualLimit
        if context.isDryRun { return TaskResult(.ok, try preview(judged, base, context)) }
        var parts: [TaskResult] = []
        if let judged {
            let results = try await judged.ask(in: context)
            for result in results { result.tell(context) }
            parts.append(RoundSummary(results).taskResult)
        }
        if let trip = try trip(base, slow, context) {
            let result = try await trip.perform()
            for measurement in result.measurements { context.measure(measurement) }
            for remark in result.remarks { context.log(.info, remark) }
            for problem in result.problems { context.log(.error, problem) }
            for slow in result.slow { context.log(.warning, slow) }
            if result.outcome == .ok { context.log(.info, result.words) }
            parts.append(TaskResult(result.outcome, result.words))
        }
        // What is worst is read first.
        let ordered = parts.enumerated().sorted {
            ($1.element.outcome.severity, $0.offset) < ($0.element.outcome.severity, $1.offset)
        }
        return TaskResult(parts.map(\.outcome).worst, ordered.map(\.element.summary).joined(separator: "; "))
    }

    private func trip(_ base: String, _ slow: TimeSpan, _ context: TaskContext) throws -> RoundTrip? {
        guard let plan else { return nil }
        // At most nine requests in a row, and the task shall end by itself.
        let timeLimit = min(rules.timeLimit, max(context.timeLeft / 10, .milliseconds(100)))
        return RoundTrip(
            plan: plan, base: base, notes: NoteFile(in: try context.stateFolder()),
            client: RecordClient(
                headers: plan.headers, timeLimit: timeLimit, certificateAuthority: rules.certificateAuthority),
            limit: slow)
    }

    private func preview(_ survey: EndpointSurvey?, _ base: String, _ context: TaskContext) throws -> String {
        var parts: [String] = []
        if let survey { parts.append(try survey.preview(context)) }
        if let plan {
            if let note = try NoteFile(in: try context.stateFolder()).read() {
                context.log(.info, "would first delete \(note.title), which an earlier run may have left")
            }
            for line in plan.words { context.log(.info, line) }
            parts.append("would make, read and delete a record at \(plan.create)")
        }
        return parts.joined(separator: "; ")
    }
}
