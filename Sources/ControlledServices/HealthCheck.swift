/// What a look at a service found.
package enum HealthVerdict: Hashable, Sendable {
    /// What was seen, for people.
    case healthy(String)
    /// What is wrong, for people.
    case unhealthy(String)
}

/// How a service is looked at after its start, again and again until it is well or the time is up.
package struct HealthCheck: Sendable {
    /// How long a service may take to be well where nobody says so.
    package static let usualLimit = Duration.seconds(60)

    /// What is asked, for people.
    package var url: String
    /// How long the service may take to be well.
    package var limit: Duration
    /// Between two looks.
    package var pause: Duration
    /// Looks once; what it throws counts as unhealthy.
    package var probe: @Sendable () async throws -> HealthVerdict

    package init(
        url: String, limit: Duration = usualLimit, pause: Duration = .milliseconds(500),
        probe: @escaping @Sendable () async throws -> HealthVerdict
    ) {
        self.url = url
        self.limit = limit
        self.pause = pause
        self.probe = probe
    }

    /// The last verdict: the first healthy one, or the one at which the time was up.
    package func run() async throws -> HealthVerdict {
        let end = ContinuousClock.now + limit
        while true {
            let verdict: HealthVerdict
            do { verdict = try await probe() } catch { verdict = .unhealthy("\(error)") }
            if case .healthy = verdict { return verdict }
            guard ContinuousClock.now < end else { return verdict }
            try await Task.sleep(for: pause)
        }
    }
}
