import Foundation
import Hummingbird
package import Logging
import NIOCore
import ServiceLifecycle
package import SystemPackage
import UnixSignals

/// The service: a database, a server over it, and an orderly end.
package struct APIServer: Sendable {
    /// Where to listen and what to serve.
    package struct Options: Sendable {
        /// A name or an address of this machine.
        package var host: String
        /// 0 takes a free port.
        package var port: Int
        /// The database file, made where there is none.
        package var database: FilePath

        /// Takes the options as they are; what is wrong with them shows when the server runs.
        package init(host: String, port: Int, database: FilePath) {
            self.host = host
            self.port = port
            self.database = database
        }
    }

    /// How many connections are open at the same time; further ones wait to be accepted.
    static let connectionLimit = 512
    /// How long a connection may be silent, and the head of a request take to arrive.
    static let idleTimeout = TimeAmount.seconds(15)
    /// How long requests may go on once the service is to end: longer than a request ever waits for the database.
    static let shutdownPatience = Duration.seconds(8)

    private let options: Options
    private let logger: Logger

    /// Makes a server that logs to `logger`.
    package init(options: Options, logger: Logger) {
        self.options = options
        self.logger = logger
    }

    /// Serves until SIGTERM or SIGINT, then lets the requests in progress end and closes the database.
    /// - Parameter announce: called with the address, `http://127.0.0.1:5000`, once it is listened at.
    /// - Throws: ``StartFault``, where it cannot start.
    package func run(announce: @escaping @Sendable (String) -> Void) async throws {
        let store: UserStore
        do {
            store = try UserStore(path: options.database, logger: logger)
        } catch {
            throw StartFault(database: options.database, error: error)
        }
        do {
            try await serve(store, announce: announce)
        } catch {
            // The database is whole either way; why the service ended is the better story.
            try? await store.close()
            throw StartFault(listening: options.host, port: options.port, error: error) ?? error
        }
        try await store.close()
        logger.notice("stopped")
    }

    private func serve(_ store: UserStore, announce: @escaping @Sendable (String) -> Void) async throws {
        let application = Application(
            responder: Self.responder(store: store, logger: logger),
            server: .http1(configuration: .init(idleTimeout: Self.idleTimeout)),
            configuration: .init(
                address: .hostname(options.host, port: options.port),
                availableConnectionsDelegate: .maximum(Self.connectionLimit, logger: logger)),
            onServerRunning: { [host = options.host, database = options.database, logger] channel in
                let address = Self.address(host: host, port: channel.localAddress?.port ?? 0)
                logger.notice("started, process \(ProcessInfo.processInfo.processIdentifier), \(address), \(database)")
                announce(address)
            },
            logger: ServiceLog.quiet(logger))
        var group = ServiceGroupConfiguration(
            services: [.init(service: application)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: ServiceLog.quiet(logger))
        group.maximumGracefulShutdownDuration = Self.shutdownPatience
        try await ServiceGroup(configuration: group).run()
    }

    /// All routes over one store.
    static func responder(
        store: UserStore, logger: Logger, clock: @escaping @Sendable () -> Date = { Date() }
    ) -> RouterResponder<ServiceContext> {
        var table = RouteTable(logger: logger)
        ServiceRoutes(store: store, logger: logger, clock: clock).add(to: &table)
        UserRoutes(store: store).add(to: &table)
        PageRoutes().add(to: &table)
        return table.responder()
    }

    private static func address(host: String, port: Int) -> String {
        host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
    }
}
