package import Maintenance
package import Networking
package import PluginKit

/// Endpoints of a service that are asked side by side, and what their answers must be.
package struct EndpointSurvey: Sendable {
    private static let mostEndpoints = 100

    private var endpoints: [Endpoint]
    private let rules: ProbeRules

    /// Checks the endpoints, and that they are right together.
    ///
    /// - Parameters:
    ///   - entries: from 1 to 100.
    ///   - rules: how they are asked.
    ///   - methods: which methods an entry may name.
    /// - Throws: ``Mistake`` naming the entry and the parameter, what is wrong with it and what would be right.
    package init(
        _ entries: [EndpointEntry], _ rules: ProbeRules, methods: [HTTPMethod] = [.get, .head]
    ) throws(Mistake) {
        guard (1...Self.mostEndpoints).contains(entries.count) else {
            throw Mistake("there must be from 1 to \(Self.mostEndpoints), not \(entries.count)", at: "endpoints")
        }
        self.rules = rules
        let names = try EndpointNames.all(for: entries)
        endpoints = []
        for (entry, name) in zip(entries, names) {
            endpoints.append(
                try located("endpoint '\(Excerpt.of(entry.path))'") { () throws(Mistake) in
                    try Endpoint(entry, name: name, timeLimit: rules.timeLimit, methods: methods)
                })
        }
        try Self.refuseRepeatedMeasures(endpoints)
    }

    private static func refuseRepeatedMeasures(_ endpoints: [Endpoint]) throws(Mistake) {
        var names: Set<String> = []
        for measure in endpoints.flatMap(\.measures) where !names.insert(measure.name).inserted {
            throw Mistake("two are named '\(measure.name)'; give one of them another name", at: "measure")
        }
    }

    /// The same endpoints, judged by the service's thresholds where their own parameters leave that open.
    ///
    /// - Parameters:
    ///   - service: what is asked.
    ///   - usual: the response time above which to warn where neither the endpoint nor the service names one.
    /// - Returns: endpoints whose measurements have all their ranges.
    /// - Throws: ``TaskFailure`` where the service lacks a threshold that a measure names.
    package func judged(by service: Service, usual: TimeSpan? = nil) throws(TaskFailure) -> EndpointSurvey {
        var judged = self
        for (index, endpoint) in endpoints.enumerated() {
            do throws(Mistake) {
                judged.endpoints[index] = try endpoint.judged(by: service, usual: usual)
            } catch {
                throw error.within("endpoint '\(Excerpt.of(endpoint.path))'").failure
            }
        }
        return judged
    }

    /// Says what would be asked, one log line for each endpoint.
    ///
    /// - Returns: the same in a few words: `would ask 2 endpoints: /, /api/health`.
    /// - Throws: ``TaskFailure`` if the service has no URL.
    package func preview(_ context: TaskContext) throws(TaskFailure) -> String {
        let round = ProbeRound(endpoints: endpoints, rules: rules, base: try context.service.baseURL())
        for endpoint in endpoints {
            context.log(.info, "would ask \(round.request(for: endpoint)), and want \(endpoint.expectation.words)")
        }
        let titles = endpoints.prefix(5).map(\.title).joined(separator: ", ") + (endpoints.count > 5 ? ", …" : "")
        let count = endpoints.count == 1 ? "1 endpoint" : "\(endpoints.count) endpoints"
        return "would ask \(count): \(titles)"
    }

    /// Asks all endpoints.
    ///
    /// It ends before the context's deadline, by asking less often where time runs out.
    ///
    /// - Parameter context: the task; it hears of progress and of attempts that are repeated.
    /// - Returns: a result for each endpoint, in the order of the entries.
    /// - Throws: ``TaskFailure`` if the service has no URL, `CancellationError` when the task is cancelled.
    package func ask(in context: TaskContext) async throws -> [ProbeResult] {
        let round = ProbeRound(endpoints: endpoints, rules: rules, base: try context.service.baseURL())
        return try await round.run(in: context).map(ProbeResult.init)
    }
}

extension Service {
    /// The URL to which paths are appended: without a slash at its end.
    ///
    /// - Throws: ``TaskFailure`` if the service has none.
    package func baseURL() throws(TaskFailure) -> String {
        guard let url, !url.isEmpty else {
            throw TaskFailure(.unknown, "the service '\(name)' has no url; give it a 'url:' in ronde.yaml")
        }
        return String(url.reversed().drop { $0 == "/" }.reversed())
    }
}
