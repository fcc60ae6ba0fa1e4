import Foundation
import HTTPTypes
import Hummingbird
import Logging
import SystemPackage

/// `/api/health` and `/api/stats`: what monitors ask.
struct ServiceRoutes: Sendable {
    static let serviceName = "Users API"
    /// A monitor's own time limit is two seconds or more; it shall hear what is wrong before that.
    static let probePatience = Duration.milliseconds(1_500)

    let store: UserStore
    let logger: Logger
    let clock: @Sendable () -> Date

    func add(to table: inout RouteTable) {
        table.on(.get, "/api/health") { _, _ in
            do {
                try await store.probe(within: Self.probePatience)
                return try .json(health("healthy"))
            } catch {
                logger.error("GET /api/health: 503, \(error)")
                let fault = ErrorAnswers.fault(for: error)
                let text = fault.status == .internalServerError ? "the database cannot be read" : fault.description
                return try .json(health("unhealthy", error: text), status: .serviceUnavailable)
            }
        }
        table.on(.get, "/api/stats") { _, _ in
            let size = Double(try store.size()) / 1_048_576
            return try .json(
                Statistics(
                    totalUsers: try await store.count(), databaseSizeMB: (size * 1_000).rounded() / 1_000,
                    databasePath: store.path.string, timestamp: Timestamp.answer(clock())))
        }
    }

    private func health(_ status: String, error: String? = nil) -> Health {
        Health(status: status, timestamp: Timestamp.answer(clock()), service: Self.serviceName, error: error)
    }

    struct Health: Codable {
        let status: String
        let timestamp: String
        let service: String
        /// Left out where all is well.
        let error: String?
    }

    struct Statistics: Codable {
        let totalUsers: Int
        /// The database file without its log, in MiB, to three decimals.
        let databaseSizeMB: Double
        let databasePath: String
        let timestamp: String

        private enum CodingKeys: String, CodingKey {
            case totalUsers = "total_users"
            case databaseSizeMB = "database_size_mb"
            case databasePath = "database_path"
            case timestamp
        }
    }
}
