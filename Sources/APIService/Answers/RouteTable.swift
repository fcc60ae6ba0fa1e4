import HTTPTypes
import Hummingbird
import Logging

/// The routes of the service, and what an address allows when it is asked for something else.
struct RouteTable {
    typealias Endpoint = @Sendable (Request, ServiceContext) async throws -> Response

    private let router: Router<ServiceContext>
    private var methods: [String: [HTTPRequest.Method]] = [:]
    private static let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]

    init(logger: Logger) {
        router = Router(context: ServiceContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestLog(logger: logger))
        router.add(middleware: ErrorAnswers(logger: logger))
        router.add(middleware: SameOrigin())
    }

    mutating func on(_ method: HTTPRequest.Method, _ path: String, _ endpoint: @escaping Endpoint) {
        router.on(RouterPath(path), method: method) { request, context in try await endpoint(request, context) }
        methods[path, default: []].append(method)
    }

    /// Ends the table: all other methods of its addresses answer 405, all other addresses 404.
    func responder() -> RouterResponder<ServiceContext> {
        for (path, own) in methods {
            let allowed = own.contains(.get) ? own + [.head] : own
            let list = allowed.map(\.rawValue).sorted().joined(separator: ", ")
            for method in Self.known where !allowed.contains(method) {
                router.on(RouterPath(path), method: method) { _, _ -> Response in
                    throw RequestFault(
                        status: .methodNotAllowed, description: "this address allows \(list)", headers: [.allow: list])
                }
            }
        }
        return router.buildResponder()
    }
}
