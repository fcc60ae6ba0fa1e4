import Foundation
import Glibc
import Testing

/// A restore of a service's database, which is stopped, started and looked at.
@Suite(.serialized, .timeLimit(.minutes(6)))
struct ControlledRestoreTests {
    @Test("a live service answers with the old rows after a restore, and with the new ones after undo")
    func live() async throws {
        let instance = try await TestInstance()
        defer { instance.end() }
        let url = try instance.configureControl()
        let old = try instance.live
        _ = try await instance.backUp()
        try instance.change("UPDATE users SET name = 'Newly Named'")
        let new = try instance.live
        try await instance.startControlled(url)
        let plan = try await instance.object("backups", "restore", "--plan", "--json")
        #expect((plan["control"] as? [String: Any])?["is_running"] as? Bool == true)
        #expect((plan["openers"] as? [Any])?.isEmpty == false)
        #expect(try await instance.answer(url + "/api/users/1")?.contains("Newly Named") == true)

        try await instance.demand("backups", "restore", "--yes", "--plan-id", try #require(plan["id"] as? String))
        #expect(try instance.live == old)
        let restored = try #require(try await instance.answer(url + "/api/users/1"))
        #expect(!restored.contains("Newly Named"))

        try await instance.demand("backups", "undo", "--yes")
        #expect(try instance.live == new)
        #expect(try await instance.answer(url + "/api/users/1")?.contains("Newly Named") == true)
        #expect(try await instance.control("stop") == 0)
    }

    @Test("a service that was stopped before is started with the restored database")
    func stopped() async throws {
        let instance = try await TestInstance()
        defer { instance.end() }
        let url = try instance.configureControl()
        let old = try instance.live
        _ = try await instance.backUp()
        try instance.change()
        try await instance.demand("backups", "restore", "--yes")
        #expect(try instance.live == old)
        #expect(try await instance.answer(url + "/api/users/1") != nil)
    }

    @Test("a service that does not start with the restored database gets the old one back")
    func startFails() async throws {
        let instance = try await TestInstance()
        defer { instance.end() }
        let url = try instance.configureControl()
        _ = try await instance.backUp()
        try instance.change("UPDATE users SET name = 'Newly Named'")
        let new = try instance.live
        try await instance.startControlled(url)
        try instance.write("", to: "fail-next-start")
        let result = try await instance.object("backups", "restore", "--yes", "--json", status: 2)
        #expect(result["outcome"] as? String == "returned")
        #expect((result["reason"] as? String)?.contains("told to fail") == true, "\(result)")
        try await until("the service answers") { try await instance.answer(url + "/api/health") != nil }
        #expect(try instance.live == new)
        #expect(try await instance.answer(url + "/api/users/1")?.contains("Newly Named") == true)
    }

    @Test("a service that is not well within its limit gets the old database back")
    func unhealthy() async throws {
        let instance = try await TestInstance()
        defer { instance.end() }
        // User 600 is in the new database alone.
        let url = try instance.configureControl(health: "{path: /api/users/600, limit: 3s}")
        _ = try await instance.backUp()
        let seeding = try Program(
            Program.built("api-service"), ["seed", "--users", "600", "--database", instance.database],
            in: instance.folder)
        #expect(try await seeding.wait().status == 0)
        let new = try instance.live
        try await instance.startControlled(url)
        let start = ContinuousClock.now
        let result = try await instance.object("backups", "restore", "--yes", "--json", status: 2)
        // The usual minute would be over only later.
        #expect(ContinuousClock.now - start < .seconds(50))
        #expect(result["outcome"] as? String == "returned")
        #expect((result["reason"] as? String)?.contains("404") == true, "\(result)")
        try await until("the service answers") { try await instance.answer(url + "/api/users/600") != nil }
        #expect(try instance.live == new)
    }
}
