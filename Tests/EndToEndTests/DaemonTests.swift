import Foundation
import GRDB
import Glibc
import Testing

/// The daemon by the machine's clock: schedules that are due every minute.
@Suite(.serialized, .timeLimit(.minutes(6)))
struct DaemonTests {
    private func everyMinute(_ instance: TestInstance, _ names: [String]) throws {
        for name in instance.names(in: "schedules") {
            try FileManager.default.removeItem(atPath: instance.folder + "/schedules/" + name)
        }
        for name in names {
            try instance.schedule(
                name,
                """
                checklist: \(name)
                service: api
                schedule: "* * * * *"
                tasks: [{task: check, plugin: integrity}]
                """)
        }
    }

    @Test("two daemons on one state folder run each firing once, and stop cleanly")
    func twoDaemons() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        let names = ["one", "two", "three"]
        try everyMinute(instance, names)
        let daemons = [try instance.start(["daemon"]), try instance.start(["daemon"])]
        defer { for daemon in daemons { daemon.signal(SIGKILL) } }
        try await until("every checklist has run", atMost: .seconds(90)) {
            let ran = instance.names(in: "reports").compactMap { $0.split(separator: "-").first.map(String.init) }
            return Set(ran).isSuperset(of: names)
        }
        for daemon in daemons { daemon.signal(SIGTERM) }
        for daemon in daemons {
            let ending = try await daemon.wait(atMost: .seconds(30))
            #expect(ending.status == 0, "\(ending)")
        }
        #expect(instance.processes() == [])
        let store = try DatabaseQueue(path: instance.folder + "/state/runs.db")
        let rows = try await store.read { database in
            try Row.fetchAll(database, sql: "SELECT state, run FROM firing")
                .map { (state: $0["state"] as String, run: $0["run"] as String?) }
        }
        #expect(rows.count >= 3)
        #expect(rows.allSatisfy { $0.state == "ran" && $0.run != nil }, "\(rows)")
        let runs = try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM run") }
        #expect(runs == rows.count)
        #expect(try instance.reportRecords().allSatisfy { $0["trigger"] as? String == "schedule" })
    }

    @Test("a daemon that was killed while a checklist ran is followed by one that records it")
    func killed() async throws {
        let instance = try await TestInstance(users: nil)
        defer { instance.remove() }
        try everyMinute(instance, ["slow"])
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
            schedule: {cron: "* * * * *", missed: {run: none}}
            tasks: [{task: probe, plugin: health, time_limit: 5m, with: {time_limit_each: 4m, retries: 0}}]
            """)
        let first = try instance.start(["daemon"])
        defer { first.signal(SIGKILL) }
        try await until("the checklist runs", atMost: .seconds(90)) { first.errors.contains("run began") }
        first.signal(SIGKILL)
        _ = try await first.wait()
        try await until("its plugin is gone", atMost: .seconds(15)) {
            instance.processes().isEmpty
        }
        let second = try instance.start(["daemon", "--drain", "1"])
        defer { second.signal(SIGKILL) }
        try await until("the interrupted run is recorded") { second.errors.contains("interrupted run recorded") }
        second.signal(SIGTERM)
        #expect(try await second.wait(atMost: .seconds(60)).status == 0)
        let records = try instance.reportRecords()
        #expect(records.contains { ($0["interruption"] as? String)?.isEmpty == false }, "\(records)")
    }
}
