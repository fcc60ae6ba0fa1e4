import HTTPTypes
import Hummingbird

/// Keeps pages of other sites from changing users through a visitor's browser.
///
/// Browsers name the origin of every request that changes something; programs do not, and are let through.
struct SameOrigin: RouterMiddleware {
    typealias Context = ServiceContext

    func handle(
        _ request: Request, context: ServiceContext,
        next: @concurrent (Request, ServiceContext) async throws -> Response
    ) async throws -> Response {
        if request.method != .get, request.method != .head, let origin = request.headers[.origin] {
            let host = request.head.authority ?? ""
            guard origin == "http://\(host)" || origin == "https://\(host)" else {
                throw RequestFault(status: .forbidden, description: "pages of other sites may not change users")
            }
        }
        return try await next(request, context)
    }
}
