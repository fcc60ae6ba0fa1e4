import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// What the endpoint answers a request.
struct EndpointAnswer: Hashable {
    var status: HTTPResponse.Status
    var mediaType = "text/plain; charset=utf-8"
    var body: String
    var headers: HTTPFields = [:]
    /// Whether the request's body was not read to its end.
    var leavesBody = false

    static let ok = EndpointAnswer(status: .ok, body: "OK")
    static let notFound = EndpointAnswer(status: .notFound, body: "not found")

    static func badRequest(_ words: String) -> EndpointAnswer { EndpointAnswer(status: .badRequest, body: words) }

    static func notAllowed(_ methods: String) -> EndpointAnswer {
        EndpointAnswer(status: .methodNotAllowed, body: "use \(methods)", headers: [.allow: methods])
    }

    static func unavailable(_ words: String) -> EndpointAnswer {
        EndpointAnswer(status: .serviceUnavailable, body: words, headers: [.retryAfter: "10"])
    }

    /// The answer on its way; `clock` is stopped when it has been written.
    func response(isHead: Bool, clock: RequestClock) -> Response {
        var headers = headers
        headers[.contentType] = mediaType
        headers[.contentLength] = "\(body.utf8.count)"
        // A ping by GET must reach us each time, and old health is none.
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        if leavesBody { headers[.connection] = "close" }
        let (text, leavesBody) = (isHead ? "" : body, leavesBody)
        return Response(
            status: status, headers: headers,
            body: ResponseBody(contentLength: body.utf8.count) { writer in
                if !text.isEmpty { try await writer.write(ByteBuffer(string: text)) }
                try await writer.finish(nil)
                clock.stop(closing: leavesBody)
            })
    }
}
