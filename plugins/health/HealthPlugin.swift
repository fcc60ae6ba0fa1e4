import Maintenance
package import PluginKit

/// Asks endpoints of the service side by side, and judges what they answer and how long they take.
///
/// An endpoint that gives no answer, a wrong status or a wrong body after its retries is critical. One that answers more
/// slowly than its limits, or a measured number beyond its ranges, is what those say. An answer that came only at a later
/// attempt is well: the measurement `attempts` tells of it, and the log of what went wrong before.
package struct HealthPlugin: TaskPlugin {
    package static let name = "health"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    private static let mostEndpoints = 100

    private let endpoints: [Endpoint]
    private let rules: ProbeRules

    /// Checks the parameters, and that they are right together.
    ///
    /// - Throws: ``TaskFailure`` naming the parameter, what is wrong with it and what would be right.
    package init(_ configuration: HealthConfiguration) throws {
        do throws(Mistake) {
            rules = try ProbeRules(configuration)
            endpoints = try Self.endpoints(configuration.endpoints ?? [Self.usual], rules)
            try Self.refuseRepeatedMeasures(endpoints)
        } catch {
            throw error.failure
        }
    }

    /// What is asked where nothing is said; the manifest's default is the same.
    private static let usual = HealthConfiguration.EndpointEntry(
        path: "/api/health",
        json: [
            "status": .object(["one_of": .array([.string("healthy"), .string("ok"), .string("up"), .string("pass")])])
        ])

    private static func endpoints(
        _ entries: [HealthConfiguration.EndpointEntry], _ rules: ProbeRules
    ) throws(Mistake) -> [Endpoint] {
        guard (1...mostEndpoints).contains(entries.count) else {
            throw Mistake("there must be from 1 to \(mostEndpoints), not \(entries.count)", at: "endpoints")
        }
        let names = try EndpointNames.all(for: entries)
        var endpoints: [Endpoint] = []
        for (entry, name) in zip(entries, names) {
            endpoints.append(
                try located("endpoint '\(Excerpt.of(entry.path))'") { () throws(Mistake) in
                    try Endpoint(entry, name: name, timeLimit: rules.timeLimit)
                })
        }
        return endpoints
    }

    private static func refuseRepeatedMeasures(_ endpoints: [Endpoint]) throws(Mistake) {
        var names: Set<String> = []
        for measure in endpoints.flatMap(\.measures) where !names.insert(measure.name).inserted {
            throw Mistake("two are named '\(measure.name)'; give one of them another name", at: "measure")
        }
    }

    /// Asks all endpoints, or says what it would ask.
    ///
    /// It ends before the context's deadline, by asking less often where time runs out, and at once when its task is
    /// cancelled.
    ///
    /// - Throws: ``TaskFailure`` if the service has no URL or lacks a threshold, `CancellationError`.
    package func run(in context: TaskContext) async throws -> TaskResult {
        guard let url = context.service.url, !url.isEmpty else {
            throw TaskFailure(
                .unknown, "the service '\(context.service.name)' has no url; give it a 'url:' in ronde.yaml")
        }
        let base = String(url.reversed().drop { $0 == "/" }.reversed())
        let round = ProbeRound(endpoints: try judged(by: context.service), rules: rules, base: base)
        if context.isDryRun { return preview(round, context) }
        return report(try await round.run(in: context).map(ProbeResult.init), context)
    }

    private func judged(by service: Service) throws -> [Endpoint] {
        try endpoints.map { endpoint in
            do throws(Mistake) {
                return try endpoint.judged(by: service)
            } catch {
                throw error.within("endpoint '\(Excerpt.of(endpoint.path))'").failure
            }
        }
    }

    private func preview(_ round: ProbeRound, _ context: TaskContext) -> TaskResult {
        for endpoint in endpoints {
            context.log(.info, "would ask \(round.request(for: endpoint)), and want \(endpoint.expectation.words)")
        }
        let titles = endpoints.prefix(5).map(\.title).joined(separator: ", ") + (endpoints.count > 5 ? ", …" : "")
        let count = endpoints.count == 1 ? "1 endpoint" : "\(endpoints.count) endpoints"
        return TaskResult(.ok, "would ask \(count): \(titles)")
    }

    /// Tells of each endpoint in the order of the checklist, so that two reports can be compared.
    private func report(_ results: [ProbeResult], _ context: TaskContext) -> TaskResult {
        for result in results {
            for measurement in result.measurements { context.measure(measurement) }
            context.log(result.line.level, result.line.message)
        }
        return RoundSummary(results: results).taskResult
    }
}
