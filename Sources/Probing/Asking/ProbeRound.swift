import Maintenance
import Networking
import PluginKit

/// Asks all endpoints, a few at a time.
struct ProbeRound: Sendable {
    /// The most bytes of an answer: room for a list of some hundred thousand records, and read in about a second.
    static let bodyLimit = 32_000_000

    let endpoints: [Endpoint]
    let rules: ProbeRules
    /// The service's URL without a trailing slash.
    let base: String

    func request(for endpoint: Endpoint) -> HTTPRequest {
        HTTPRequest(
            endpoint.method, url: base + endpoint.path, headers: endpoint.headers, body: endpoint.body,
            timeLimit: rules.timeLimit, bodyLimit: Self.bodyLimit, certificateAuthority: rules.certificateAuthority)
    }

    /// - Returns: a record of each endpoint, in the order of the endpoints.
    /// - Throws: `CancellationError` when the task is cancelled.
    func run(in context: TaskContext) async throws -> [EndpointProbe.Record] {
        // A place for every request there may be: one whose name lookup hangs keeps its place after it has ended, and
        // nobody shall wait for that. How many are on their way at a time is kept below.
        let client = HTTPClient(atMost: endpoints.count * (rules.retries + 1))
        let end = ContinuousClock.now + context.timeLeft - Self.reserve(of: context.timeLeft)
        var records: [Int: EndpointProbe.Record] = [:]
        try await withThrowingTaskGroup(of: (Int, EndpointProbe.Record).self) { group in
            var next = 0
            func start() {
                guard next < endpoints.count else { return }
                let (index, endpoint) = (next, endpoints[next])
                let probe = EndpointProbe(
                    endpoint: endpoint, request: request(for: endpoint), rules: rules, client: client, end: end
                ) { context.log(.info, $0) }
                group.addTask { (index, try await probe.run()) }
                next += 1
            }
            for _ in 0..<rules.concurrency { start() }
            while let (index, record) = try await group.next() {
                records[index] = record
                context.progress(Double(records.count) / Double(endpoints.count), "\(record.endpoint.title) asked")
                start()
            }
        }
        return records.sorted { $0.key < $1.key }.map(\.value)
    }

    /// What is kept of the time, so that the result is told before the deadline.
    private static func reserve(of left: Duration) -> Duration { min(left / 10, .milliseconds(500)) }
}
