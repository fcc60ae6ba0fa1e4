import Hummingbird
package import Logging
package import Maintenance
import NIOCore
package import RunStore
import ServiceLifecycle
import Synchronization

/// The daemon's HTTP endpoint: `/healthz`, `/readyz`, `/metrics`, `/ping/KEY`.
package struct Endpoint: ServiceLifecycle.Service {
    private let settings: EndpointSettings
    private var responder: EndpointResponder
    private let desk: PingDesk
    private let log: Logger
    private let onListening: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - settings: where to listen.
    ///   - health: what `/healthz` says.
    ///   - metrics: what `/metrics` says.
    ///   - desk: which keys are taken; it learns when they can be.
    ///   - store: where pings are kept.
    ///   - clock: what time pings come at.
    ///   - log: what could not be kept, and where the endpoint listens.
    ///   - onListening: called with the port once pings can come in.
    package init(
        _ settings: EndpointSettings, health: Health, metrics: MetricsCollector, desk: PingDesk, store: RunStore,
        clock: any WallClock = SystemWallClock(), log: Logger, onListening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.settings = settings
        self.desk = desk
        self.log = log
        self.onListening = onListening
        responder = EndpointResponder(
            health: health, metrics: metrics, desk: desk, keep: { try store.keep($0) }, clock: clock, log: log)
    }

    /// The same endpoint with other limits.
    func limited(to limits: EndpointLimits) -> Endpoint {
        var endpoint = self
        endpoint.responder.limits = limits
        return endpoint
    }

    /// Answers until shutdown; requests in progress may end.
    ///
    /// - Throws: ``EndpointError`` where it cannot listen.
    package func run() async throws {
        var quiet = log
        // Of the library below only what goes wrong is worth a line, and what clients do wrong is not.
        quiet.logLevel = max(log.logLevel, .error)
        let application = Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    idleTimeout: responder.limits.idleTimeout,
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 16 << 10, maxHeaderFieldCount: 64))),
            configuration: .init(
                address: .hostname(settings.host, port: settings.port),
                availableConnectionsDelegate: .maximum(responder.limits.connections, logger: quiet)),
            onServerRunning: { [settings, desk, log, onListening] channel in
                let port = channel.localAddress?.port ?? settings.port
                let address = EndpointSettings(host: settings.host, port: port).authority
                log.info("listening", metadata: ["address": "http://\(address)"])
                desk.setListening(true)
                onListening(port)
            }, logger: quiet)
        defer { desk.setListening(false) }
        do {
            try await run(application)
        } catch {
            guard let fault = EndpointError(settings, error) else { throw error }
            throw fault
        }
    }

    /// Half a request must not hold up the end: those that are whole are answered in much less time.
    private static let shutdownPatience = Duration.seconds(2)

    private func run(_ application: some ApplicationProtocol) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            group.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: Self.shutdownPatience)
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
