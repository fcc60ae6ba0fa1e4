/// The service whose database is replaced, as far as Ronde can stop and start it.
package protocol ControlledService: Sendable {
    /// What stops it, for people: `systemctl stop api.service`; nil where a person has to do that.
    var stopWords: String? { get }
    /// What starts it, for people.
    var startWords: String? { get }

    /// Returns once the service was told to stop and whoever was told says it has stopped.
    ///
    /// - Throws: any error, whose description goes into a sentence.
    func stop() async throws

    /// Returns once the service is started; a process that stays is not ended with whatever started it.
    ///
    /// - Throws: any error, whose description goes into a sentence.
    func start() async throws

    /// Whether it runs; nil where nobody can tell.
    ///
    /// - Throws: any error, whose description goes into a sentence.
    func isRunning() async throws -> Bool?
}

/// A service that a person stops and starts.
package struct UncontrolledService: ControlledService {
    package let stopWords: String? = nil
    package let startWords: String? = nil

    package init() {}

    package func stop() async throws {}
    package func start() async throws {}
    package func isRunning() async throws -> Bool? { nil }
}

extension ControlledService {
    /// Whether Ronde can stop it, and so start it again.
    var canBeStopped: Bool { stopWords != nil }
}

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
    func run() async throws -> HealthVerdict {
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
