import Foundation
import HTTPTypes
import Testing

@testable import APIService

@Suite("Statuses of the routes")
struct RouteStatusTests {
    /// A database with user 1, Ada, and user 2, Grace.
    private func service() async throws -> InProcessService {
        let service = try InProcessService()
        try await service.add("Ada")
        try await service.add("Grace")
        return service
    }

    @Test(
        "each route answers with its status",
        arguments: [
            ("GET", "/api/health", nil, 200), ("HEAD", "/api/health", nil, 200), ("GET", "/api/stats", nil, 200),
            ("GET", "/api/users", nil, 200), ("GET", "/api/users/", nil, 200), ("GET", "/api/users/1", nil, 200),
            ("GET", "/api/users?limit=1000&offset=9223372036854775807", nil, 200),
            ("POST", "/api/users", #"{"name":"Alan","email":"alan@example.org"}"#, 201),
            ("PUT", "/api/users/1", #"{"name":"Ada L","email":"ada@example.org"}"#, 200),
            ("PATCH", "/api/users/1", #"{"name":"Ada L"}"#, 200), ("DELETE", "/api/users/1", nil, 200),
            ("GET", "/", nil, 200), ("GET", "/page.css", nil, 200), ("GET", "/page.js", nil, 200),
            ("GET", "/favicon.ico", nil, 204),
        ] as [(String, String, String?, Int)])
    func answers(_ method: String, _ path: String, _ body: String?, _ status: Int) async throws {
        #expect(try await service().ask(method, path, body).status == status)
    }

    @Test(
        "what is refused says why in JSON",
        arguments: [
            ("POST", "/api/users", "", 400, "no body"),
            ("POST", "/api/users", "{", 400, "not valid JSON"),
            ("POST", "/api/users", #"{"name":"\ud800","email":"a@example.org"}"#, 400, "not valid JSON"),
            ("POST", "/api/users", "[]", 400, "not a JSON object"),
            ("POST", "/api/users", "null", 400, "not a JSON object"),
            ("POST", "/api/users", #""text""#, 400, "not a JSON object"),
            ("POST", "/api/users", #"{"name":7,"email":"a@example.org"}"#, 400, "name is not a text"),
            ("POST", "/api/users", "{}", 400, "name and email are missing"),
            ("POST", "/api/users", #"{"name":null,"email":"a@example.org"}"#, 400, "name is missing"),
            ("POST", "/api/users", #"{"name":"A"}"#, 400, "email is missing"),
            ("POST", "/api/users", #"{"name":" ","email":"a@example.org"}"#, 400, "name is empty"),
            ("POST", "/api/users", #"{"name":"a\u0000b","email":"a@example.org"}"#, 400, "control character"),
            ("POST", "/api/users", #"{"name":"A","email":"nobody"}"#, 400, "not an address"),
            ("PUT", "/api/users/1", #"{"name":"A"}"#, 400, "email is missing"),
            ("PATCH", "/api/users/1", "{}", 400, "neither name nor email"),
            ("GET", "/api/users?limit=0", "", 400, "limit '0'"),
            ("GET", "/api/users?limit=1001", "", 400, "limit '1001'"),
            ("GET", "/api/users?limit=99999999999999999999", "", 400, "limit '9999"),
            ("GET", "/api/users?limit=", "", 400, "limit ''"),
            ("GET", "/api/users?limit=ten", "", 400, "limit 'ten'"),
            ("GET", "/api/users?offset=-1", "", 400, "offset '-1'"),
            ("GET", "/api/users?search=%00", "", 400, "control character"),
            ("GET", "/api/users?search=%zz", "", 400, "hexadecimal"),
            ("GET", "/api/users?search=%ff", "", 400, "not UTF-8"),
            ("GET", "/api/users/3", "", 404, "no user has the id 3"),
            ("PUT", "/api/users/3", #"{"name":"A","email":"a@example.org"}"#, 404, "id 3"),
            ("PATCH", "/api/users/3", #"{"name":"A"}"#, 404, "id 3"),
            ("DELETE", "/api/users/3", "", 404, "id 3"),
            ("GET", "/api/users/abc", "", 404, "no user"),
            ("GET", "/api/users/-1", "", 404, "no user"),
            ("GET", "/api/users/99999999999999999999", "", 404, "no user"),
            ("GET", "/users", "", 404, "nothing at this address"),
            ("BREW", "/api/users", "", 404, "nothing at this address"),
            ("DELETE", "/api/users", "", 405, "GET, HEAD, POST"),
            ("POST", "/api/users/1", "", 405, "DELETE, GET, HEAD, PATCH, PUT"),
            ("POST", "/api/health", "", 405, "GET, HEAD"),
            ("OPTIONS", "/", "", 405, "GET, HEAD"),
            ("POST", "/api/users", #"{"name":"B","email":"ada@example.org"}"#, 409, "ada@example.org"),
            ("PUT", "/api/users/2", #"{"name":"B","email":"ada@example.org"}"#, 409, "ada@example.org"),
            ("PATCH", "/api/users/2", #"{"email":"ada@example.org"}"#, 409, "ada@example.org"),
        ])
    func refuses(_ method: String, _ path: String, _ body: String, _ status: Int, says: String) async throws {
        let service = try await service()
        let answer = try await service.ask(method, path, body)
        #expect(answer.status == status)
        #expect(answer.error?.contains(says) == true, "\(answer.body)")
        #expect(answer.headers[.contentType] == "application/json; charset=utf-8")
        #expect(try await service.store.count() == 2)
    }

    @Test("a body larger than 64 KiB is refused, whether it was announced or not")
    func tooLarge() async throws {
        let service = try await service()
        let body = [UInt8](repeating: UInt8(ascii: " "), count: 64 * 1024 + 1)
        #expect(try await service.ask("POST", "/api/users", bytes: body).status == 413)
        let announced = try await service.ask("POST", "/api/users", "{}", headers: [.contentLength: "65537"])
        #expect(announced.status == 413)
        #expect(announced.headers[.connection] == "close")
    }

    @Test("bytes that are no UTF-8, and JSON nested a hundred thousand deep, are bad requests")
    func hostileBodies() async throws {
        let service = try await service()
        let broken = Array(#"{"name":""#.utf8) + [0xff, 0xfe] + Array(#"","email":"a@example.org"}"#.utf8)
        #expect(try await service.ask("POST", "/api/users", bytes: broken).status == 400)
        let nested = [UInt8](repeating: UInt8(ascii: "["), count: 60_000)
        #expect(try await service.ask("POST", "/api/users", bytes: nested).status == 400)
        let inside = Array(#"{"name":"#.utf8) + nested
        #expect(try await service.ask("POST", "/api/users", bytes: inside).status == 400)
    }

    @Test(
        "a page of another site may not change users, one of this service and a program may",
        arguments: [
            ("http://localhost:5000", 201), ("https://localhost:5000", 201), (nil, 201), ("http://evil.example", 403),
            ("null", 403),
        ] as [(String?, Int)])
    func origins(_ origin: String?, status: Int) async throws {
        var headers: HTTPFields = [:]
        headers[.origin] = origin
        let answer = try await service().ask(
            "POST", "/api/users", #"{"name":"Alan","email":"alan@example.org"}"#, headers: headers)
        #expect(answer.status == status)
    }
}
