package import Maintenance
import Networking

extension HealthCheck {
    /// The check that a service's description asks for: its `health` path, or `/`, answers with a status of 2xx.
    ///
    /// - Returns: nil where the service has no URL.
    package init?(of service: Service) {
        guard let base = service.url else { return nil }
        let url = base + (service.health ?? "/")
        let limit = service.healthLimit?.duration ?? Self.usualLimit
        let client = HTTPClient(atMost: 1)
        self.init(url: url, limit: limit) {
            let reply = try await client.send(HTTPRequest(url: url, timeLimit: min(limit, .seconds(5))))
            return (200..<300).contains(reply.status)
                ? .healthy("\(url) answers \(reply.status)") : .unhealthy("\(url) answers \(reply.status)")
        }
    }
}
