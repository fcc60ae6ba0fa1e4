import Foundation
import Glibc
import Testing

/// What `ronde status` says of a daemon, and how a daemon takes a changed configuration.
@Suite(.timeLimit(.minutes(4)))
struct StatusTests {
    private func status(_ instance: TestInstance) async throws -> (exit: Int32, record: [String: Any]) {
        let ending = try await instance.ronde("status", "--json")
        let record = try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [String: Any]
        return (ending.status, try #require(record))
    }

    private func daemon(_ instance: TestInstance) async throws -> [String: Any]? {
        try await (status(instance).record["daemons"] as? [[String: Any]])?.first
    }

    @Test("without a daemon it is critical, and leaves nothing behind")
    func none() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        let ending = try await instance.ronde("status")
        #expect(ending.status == 2)
        #expect(ending.output.contains("No daemon runs: nothing of 3 schedules happens. Start: ronde daemon"))
        #expect(instance.names(in: "state").isEmpty)
        let (exit, record) = try await status(instance)
        #expect(exit == 2)
        #expect(record["outcome"] as? String == "critical")
        #expect(
            Set(record.keys) == [
                "outcome", "daemons", "running", "locks", "next", "last", "paused", "mistakes", "waiting",
            ])
    }

    @Test("a changed file is read by itself; a faulty one leaves the last good configuration in use, and is told of")
    func reload() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        let program = try instance.start(["daemon"])
        defer { program.signal(SIGKILL) }
        try await until("the daemon is there", atMost: .seconds(60)) { try await daemon(instance) != nil }
        #expect(try await status(instance).exit == 0)
        let weekly = try String(contentsOfFile: instance.folder + "/schedules/weekly.yaml", encoding: .utf8)
        try instance.schedule("extra", weekly.replacing("checklist: weekly", with: "checklist: extra"))
        try await until("the new checklist is watched", atMost: .seconds(60)) {
            try await daemon(instance)?["schedules"] as? Int == 4
        }
        try instance.schedule("extra", weekly.replacing("checklist: weekly", with: "checklst: extra"))
        try await until("the mistake is told of", atMost: .seconds(60)) {
            try await daemon(instance)?["fault"] as? [String: Any] != nil
        }
        let faulty = try await instance.ronde("status")
        #expect(faulty.status == 1)
        #expect(faulty.output.contains("watches 4 schedules"))
        #expect(faulty.output.contains("Its configuration on disk is faulty"))
        #expect(faulty.output.contains("extra.yaml:"))
        #expect(program.errors.contains("the last good one goes on"))
        try FileManager.default.removeItem(atPath: instance.folder + "/schedules/extra.yaml")
        program.signal(SIGHUP)
        try await until("all is well again", atMost: .seconds(60)) {
            let daemon = try await daemon(instance)
            return daemon?["schedules"] as? Int == 3 && daemon?["fault"] is NSNull
        }
        program.signal(SIGTERM)
        #expect(try await program.wait(atMost: .seconds(30)).status == 0)
        #expect(try await daemon(instance) == nil)
    }

    @Test("a run by hand is shown with its task and its lock while it goes on")
    func running() async throws {
        let instance = try await TestInstance(users: nil)
        defer { instance.remove() }
        let server = try Program(
            "python3", [TestInstance.repository + "/Tests/EndToEndTests/Services/faulty_service.py", "hang"],
            in: instance.folder)
        defer { server.signal(SIGKILL) }
        try instance.configure(url: try await instance.address(of: server))
        try instance.schedule(
            "slow",
            """
            checklist: slow
            service: api
            tasks: [{task: probe, plugin: health, time_limit: 5m, with: {time_limit_each: 4m, retries: 0}}]
            """)
        let run = try instance.start(["run", "slow"])
        defer { run.signal(SIGKILL) }
        try await until("its task is shown", atMost: .seconds(60)) {
            let running = try await status(instance).record["running"] as? [[String: Any]]
            return running?.first?["task"] as? String == "probe"
        }
        run.signal(SIGTERM)
        _ = try await run.wait(atMost: .seconds(60))
        #expect(try await (status(instance).record["running"] as? [Any])?.isEmpty == true)
        #expect(instance.names(in: "state/live").isEmpty)
    }
}
