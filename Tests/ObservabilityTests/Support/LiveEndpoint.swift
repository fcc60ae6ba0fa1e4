import Cron
import Foundation
import Maintenance
import RunStore
import ServiceLifecycle
import Synchronization
import SystemPackage

@testable import Observability

/// An endpoint at a free port of loopback, with a store of its own.
final class LiveEndpoint: Sendable {
    static let keys = ["nas": "nas-0123456789abcdef", "mail": "mail~0123456789.ABC_def"]

    let folder: TestFolder
    let store: RunStore
    let desk = PingDesk()
    let pulse: Pulse
    let readiness = Readiness()
    let capture = LogCapture()
    let faults = Mutex<(store: String?, configuration: String?)>((nil, nil))
    let expectations: [Expectation]

    init() throws {
        folder = try TestFolder()
        store = try RunStore(at: folder.appending("runs.db"))
        pulse = Pulse()
        expectations = Self.keys.keys.sorted().map { name in
            Expectation(
                name: name, title: name, key: .environment(name.uppercased()), rhythm: .every(TimeSpan(.seconds(3600))))
        }
        try desk.expect(expectations, environment: ["NAS": Self.keys["nas"] ?? "", "MAIL": Self.keys["mail"] ?? ""])
        try store.watch(expectations, now: .now)
    }

    func endpoint(_ settings: EndpointSettings, onListening: @escaping @Sendable (Int) -> Void = { _ in }) -> Endpoint {
        let health = Health(
            pulse: pulse, readiness: readiness, storeFault: { self.faults.withLock { $0.store } },
            configurationFault: { self.faults.withLock { $0.configuration } })
        return Endpoint(
            settings, health: health, metrics: MetricsCollector(MetricsTests.source(), log: capture.logger), desk: desk,
            store: store, log: capture.logger, onListening: onListening)
    }

    /// Runs the endpoint while `body` does, and ends it in order.
    func run<Value: Sendable>(
        limits: EndpointLimits = EndpointLimits(), _ body: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> Value {
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        let endpoint = endpoint(EndpointSettings(host: "127.0.0.1", port: 0)) { found.yield($0) }.limited(to: limits)
        let group = ServiceGroup(services: [endpoint], logger: capture.logger)
        return try await withThrowingTaskGroup(of: Value?.self) { tasks in
            tasks.addTask {
                try await group.run()
                return nil
            }
            tasks.addTask {
                guard let port = await ports.first(where: { _ in true }) else { throw CancellationError() }
                let value = try await body(port)
                await group.triggerGracefulShutdown()
                return value
            }
            var result: Value?
            while let value = try await tasks.next() { result = value ?? result }
            guard let result else { throw CancellationError() }
            return result
        }
    }
}
