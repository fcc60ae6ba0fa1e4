import HTTPTypes
import Hummingbird
import Logging

/// Logs each request: changes and refusals at `info`, what was only read at `debug`.
///
/// A log of some ten kilobytes shall hold what happened, not what a monitor asks every minute.
struct RequestLog: RouterMiddleware {
    typealias Context = ServiceContext

    let logger: Logger

    func handle(
        _ request: Request, context: ServiceContext,
        next: @concurrent (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(request, context)
        let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
        let isReading = request.method == .get || request.method == .head
        let client = context.connection?.remoteAddress?.ipAddress ?? "-"
        // The query is left out: it may hold a name or an address.
        logger.log(
            level: isReading && response.status.kind == .successful ? .debug : .info,
            "\(client) \(request.method.rawValue) \(request.uri.path.prefix(200)) \(response.status.code) \(milliseconds)ms"
        )
        return response
    }
}
