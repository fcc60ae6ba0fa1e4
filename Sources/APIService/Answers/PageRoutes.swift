import HTTPTypes
import Hummingbird
import NIOCore

/// The web page, from files that are part of the program.
struct PageRoutes: Sendable {
    private static let policy = [
        "default-src 'none'", "style-src 'self'", "script-src 'self'", "connect-src 'self'", "base-uri 'none'",
        "form-action 'none'", "frame-ancestors 'none'",
    ].joined(separator: "; ")

    func add(to table: inout RouteTable) {
        let files: [(path: String, type: String, bytes: [UInt8])] = [
            ("/", "text/html; charset=utf-8", PackageResources.index_html),
            ("/page.css", "text/css; charset=utf-8", PackageResources.page_css),
            ("/page.js", "text/javascript; charset=utf-8", PackageResources.page_js),
        ]
        for file in files {
            let body = ByteBuffer(bytes: file.bytes)
            table.on(.get, file.path) { _, _ in
                Response(status: .ok, headers: Self.headers(type: file.type), body: .init(byteBuffer: body))
            }
        }
        table.on(.get, "/favicon.ico") { _, _ in
            Response(status: .noContent, headers: [.cacheControl: "max-age=86400"])
        }
    }

    private static func headers(type: String) -> HTTPFields {
        var headers: HTTPFields = [
            .contentType: type, .contentSecurityPolicy: policy, .xContentTypeOptions: "nosniff",
            // A page of a newer version must not meet the script of an older one.
            .cacheControl: "no-cache",
        ]
        if let name = HTTPField.Name("Referrer-Policy") { headers[name] = "no-referrer" }
        return headers
    }
}
