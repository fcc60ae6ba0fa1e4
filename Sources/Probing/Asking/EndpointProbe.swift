import Maintenance
import Networking

/// Asks one endpoint until its answer is well, or no attempt is left.
struct EndpointProbe: Sendable {
    /// What came of it.
    struct Record: Sendable {
        let endpoint: Endpoint
        /// 0 if there was no time to ask.
        var attempts = 0
        /// The last attempt's.
        var judgement: Judgement?
        /// Whether there was no time for an attempt that was still allowed.
        var isCutShort = false
    }

    /// With less time than this an attempt would say more of the deadline than of the service.
    private static let shortestAttempt = Duration.milliseconds(50)

    let endpoint: Endpoint
    let request: HTTPRequest
    let rules: ProbeRules
    let client: HTTPClient
    /// When all must be done.
    let end: ContinuousClock.Instant
    /// Takes a line about an attempt that will be repeated.
    let note: @Sendable (String) -> Void

    /// - Throws: `CancellationError` when the task is cancelled.
    func run() async throws -> Record {
        var record = Record(endpoint: endpoint)
        while true {
            let left = ContinuousClock.now.duration(to: end)
            guard left > Self.shortestAttempt else {
                record.isCutShort = true
                return record
            }
            let judgement = await ask(within: min(rules.timeLimit, left))
            try Task.checkCancellation()
            record.attempts += 1
            record.judgement = judgement
            guard !judgement.isWell, judgement.mayChange, record.attempts <= retries else { return record }
            guard ContinuousClock.now + rules.retryDelay + Self.shortestAttempt < end else {
                record.isCutShort = true
                return record
            }
            let wait = TimeSpan(rules.retryDelay)
            note("\(endpoint.title) \(judgement.objections.joined(separator: "; ")); asking again in \(wait)")
            try await Task.sleep(for: rules.retryDelay)
        }
    }

    /// What may change something is asked once: the first request may have been obeyed although its answer was lost.
    private var retries: Int { [.get, .head, .options].contains(endpoint.method) ? rules.retries : 0 }

    private func ask(within limit: Duration) async -> Judgement {
        var request = request
        request.timeLimit = limit
        do throws(HTTPFailure) {
            return Judgement(try await client.send(request), to: endpoint)
        } catch {
            return Judgement(error)
        }
    }
}
