import Foundation
import GRDB
import Glibc
import Testing

/// Nothing in Ronde may be special to the service that comes with it.
@Suite(.timeLimit(.minutes(5)))
struct OtherServiceTests {
    @Test("the same checklists maintain an independently written service, by YAML alone")
    func otherService() async throws {
        let instance = try await TestInstance(users: nil)
        defer { instance.remove() }
        let service = try Program(
            "python3",
            [TestInstance.repository + "/Tests/EndToEndTests/Services/other_service.py", instance.database],
            in: instance.folder)
        defer { service.signal(SIGKILL) }
        try instance.configure(url: try await instance.address(of: service))
        for checklist in ["daily", "weekly", "monthly"] {
            let run = try await instance.ronde("run", checklist)
            #expect(run.status == 0, "\(run)")
        }
        let backup = try #require(instance.names(in: "archives").first { $0.hasSuffix(".db.gz") })
        let restored = try await instance.unpack("\(instance.folder)/archives/\(backup)")
        #expect(try await restored.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM users") } == 1500)
    }
}
