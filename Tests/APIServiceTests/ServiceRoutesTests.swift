import Foundation
import HTTPTypes
import SystemPackage
import Testing

@testable import APIService

@Suite("Health, statistics and the page")
struct ServiceRoutesTests {
    @Test("health has the runbook's shape")
    func health() async throws {
        let answer = try await InProcessService().ask("GET", "/api/health")
        let fields = try answer.decoded([String: String].self)
        #expect(fields.keys.sorted() == ["service", "status", "timestamp"])
        #expect(fields["status"] == "healthy")
        #expect(fields["timestamp"]?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/) != nil)
    }

    @Test("statistics have the runbook's shape")
    func statistics() async throws {
        let service = try InProcessService()
        _ = try await service.store.seed(upTo: 42)
        let statistics = try await service.ask("GET", "/api/stats").decoded(ServiceRoutes.Statistics.self)
        #expect(statistics.totalUsers == 42)
        let size = try #require(
            try FileManager.default.attributesOfItem(atPath: service.store.path.string)[.size] as? Int)
        #expect(size > 0 && abs(statistics.databaseSizeMB - Double(size) / 1_048_576) <= 0.0005)
        #expect(statistics.databasePath == service.store.path.string)
    }

    @Test("health is 503 and says so while the database is gone, and 200 once it is back")
    func gone() async throws {
        let service = try InProcessService()
        let path = service.store.path.string
        try FileManager.default.moveItem(atPath: path, toPath: path + ".away")
        let answer = try await service.ask("GET", "/api/health")
        #expect(answer.status == 503)
        let fields = try answer.decoded([String: String].self)
        #expect(fields["status"] == "unhealthy" && fields["error"] == "the database is gone")
        #expect(!answer.body.contains(path))
        #expect(service.log.lines.contains { $0.contains("ERROR: GET /api/health: 503") })
        try FileManager.default.moveItem(atPath: path + ".away", toPath: path)
        #expect(try await service.ask("GET", "/api/health").status == 200)
    }

    @Test("a damaged database is 500, with its cause in the log only")
    func damaged() async throws {
        let service = try InProcessService()
        _ = try await service.store.seed(upTo: 2_000)
        try await service.store.close()
        let handle = try FileHandle(forUpdating: URL(filePath: service.store.path.string))
        try handle.seek(toOffset: 8_192)
        try handle.write(contentsOf: Data(repeating: 0xff, count: 65_536))
        try handle.close()
        let damaged = try InProcessService(folder: service.folder)
        let answer = try await damaged.ask("GET", "/api/users?limit=1000")
        #expect(answer.status == 500)
        #expect(answer.error == "something went wrong in the service; its log says what")
        #expect(damaged.log.lines.contains { $0.contains("ERROR") && $0.contains("malformed") })
    }

    @Test("the page loads nothing from elsewhere and has no script or style of its own in it")
    func page() async throws {
        let answer = try await InProcessService().ask("GET", "/")
        let policy = try #require(answer.headers[.contentSecurityPolicy])
        #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
        #expect(answer.headers[.xContentTypeOptions] == "nosniff")
        #expect(!answer.body.contains("http://") && !answer.body.contains("https://"))
        #expect(!answer.body.contains("<style") && !answer.body.contains("style=") && !answer.body.contains(" onclick"))
        #expect(answer.body.contains(#"<html lang="en">"#))
    }

    @Test("changes and refusals are logged at info, what was only read at debug, without names or addresses")
    func logging() async throws {
        let service = try InProcessService()
        _ = try await service.ask("GET", "/api/users?search=secret")
        _ = try await service.ask("POST", "/api/users", #"{"name":"Ada","email":"ada@example.org"}"#)
        _ = try await service.ask("GET", "/nope%0Aforged")
        let lines = service.log.lines
        #expect(lines.count == 3)
        #expect(lines[0].contains("DEBUG: - GET /api/users 200"))
        #expect(lines[1].contains("INFO: - POST /api/users 201"))
        #expect(lines[2].contains("INFO: - GET /nope%0Aforged 404"))
        #expect(!lines.joined().contains("secret") && !lines.joined().contains("ada@"))
    }
}
