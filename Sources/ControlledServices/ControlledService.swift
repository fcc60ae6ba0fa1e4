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
    package var canBeStopped: Bool { stopWords != nil }
}
