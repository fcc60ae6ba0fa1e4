/// What is done to a service, and seen to have worked.
package enum ServiceAction: String, Sendable, Codable, CaseIterable {
    case start
    case stop
    case restart
    case status

    /// What came of an action, for people.
    package struct Result: Hashable, Sendable {
        /// Whether the service is as the action wants it.
        package let isGood: Bool
        package let words: String
    }

    /// Does it.
    ///
    /// - Parameters:
    ///   - service: the service.
    ///   - health: how to see that it is well once it runs; nil where nobody can.
    ///   - observe: hears what is being done.
    /// - Returns: what came of it.
    /// - Throws: the failure of a command that stops or starts the service, and `CancellationError`.
    package func perform(
        on service: any ControlledService, health: HealthCheck?, observe: (String) -> Void = { _ in }
    ) async throws -> Result {
        switch self {
        case .start:
            if try await service.isRunning() == true { return try await Self.lookAfterStart(health, "it ran already") }
            observe("starting it")
            try await service.start()
            return try await Self.lookAfterStart(health, "started")
        case .stop:
            if try await service.isRunning() == false { return Result(isGood: true, words: "it was stopped already") }
            observe("stopping it")
            try await service.stop()
            return try await Self.lookAfterStop(service)
        case .restart:
            observe("stopping it")
            try await service.stop()
            let stopped = try await Self.lookAfterStop(service)
            guard stopped.isGood else { return stopped }
            observe("starting it")
            try await service.start()
            return try await Self.lookAfterStart(health, "restarted")
        case .status: return try await Self.status(service, health)
        }
    }

    private static func lookAfterStart(_ health: HealthCheck?, _ done: String) async throws -> Result {
        guard let health else {
            return Result(isGood: true, words: "\(done); it has no url by which to see that it is well")
        }
        switch try await health.run() {
        case .healthy(let words): return Result(isGood: true, words: "\(done); \(words)")
        case .unhealthy(let words): return Result(isGood: false, words: "\(done), but it is not well: \(words)")
        }
    }

    private static func lookAfterStop(_ service: any ControlledService) async throws -> Result {
        try await service.isRunning() == true
            ? Result(isGood: false, words: "it was told to stop, and runs still")
            : Result(isGood: true, words: "stopped")
    }

    private static func status(_ service: any ControlledService, _ health: HealthCheck?) async throws -> Result {
        let isRunning = try await service.isRunning()
        if isRunning == false { return Result(isGood: false, words: "it does not run") }
        guard var health else {
            let words = isRunning == true ? "it runs" : "nobody can tell: it has neither a status command nor a url"
            return Result(isGood: isRunning == true, words: words)
        }
        // One look: who asks for the status wants to know how it is now.
        health.limit = .zero
        let runs = isRunning == true ? "it runs; " : ""
        switch try await health.run() {
        case .healthy(let words): return Result(isGood: true, words: runs + words)
        case .unhealthy(let words): return Result(isGood: false, words: runs + "it is not well: \(words)")
        }
    }
}
