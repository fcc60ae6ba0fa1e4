import Foundation
import GRDB
import Glibc
import Testing

/// Programs ended at any moment leave no half-made backup that looks whole, no lock, and no process.
@Suite(.serialized, .timeLimit(.minutes(20)))
struct KillTests {
    /// A short round in an ordinary test run, a long one with `Scripts/test --long`.
    private static let rounds = ProcessInfo.processInfo.environment["RONDE_LONG_TESTS"] == nil ? 8 : 120

    @Test(
        "ended at a random moment by this signal, weekly leaves things in order",
        arguments: [
            SIGINT, SIGTERM, SIGKILL,
        ])
    func ended(by signal: Int32) async throws {
        let instance = try await TestInstance(users: 20_000)
        defer { instance.remove() }
        try instance.schedule(
            "weekly",
            """
            checklist: weekly
            service: api
            tasks:
              - {task: backup, plugin: backup, with: {tier: weekly, keep: 4}}
              - {task: vacuum, plugin: vacuum, with: {when: always}}
              - {task: integrity, plugin: integrity}
            """)
        let start = ContinuousClock.now
        #expect(try await instance.ronde("run", "weekly").status == 0)
        let usual = ContinuousClock.now - start
        for round in 0..<Self.rounds {
            let run = try instance.start(["run", "weekly"])
            try await Task.sleep(for: usual * Double.random(in: 0...1))
            run.signal(signal)
            let ending = try await run.wait()
            if signal != SIGKILL, !ending.output.isEmpty {
                // It was stopped, or had just ended; either way it said so itself.
                #expect([0, 3].contains(ending.status), "\(ending)")
            }
            try await until("no process is left in round \(round)", atMost: .seconds(15)) {
                instance.processes().isEmpty
            }
            try await everySetIsWhole(in: instance)
        }
        // Nothing of what was killed is in the way of the next run.
        let after = try await instance.ronde("run", "weekly")
        #expect(after.status == 0, "\(after)")
        try await everySetIsWhole(in: instance)
        #expect(instance.names(in: "backups/weekly").allSatisfy { !$0.contains(".tmp") })
        #expect(instance.names(in: "reports").allSatisfy { !$0.contains("tmp") })
        #expect(instance.names(in: "state/scratch").isEmpty)
        // What was begun is recorded, interrupted or not.
        let records = try instance.reportRecords()
        let store = try DatabaseQueue(path: instance.folder + "/state/runs.db")
        let runs = try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM run") }
        let open = try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM run WHERE ended_at IS NULL") }
        #expect(records.count == runs)
        #expect(open == 0)
    }

    /// A set looks whole when its data and manifest have their final names; then it must be.
    private func everySetIsWhole(in instance: TestInstance) async throws {
        for name in instance.names(in: "backups/weekly") where name.hasSuffix(".db.gz") && !name.hasPrefix(".") {
            let database = try await instance.unpack("\(instance.folder)/backups/weekly/\(name)")
            let (rows, check) = try await database.read { database in
                (
                    try Int.fetchOne(database, sql: "SELECT count(*) FROM users"),
                    try String.fetchAll(database, sql: "PRAGMA integrity_check")
                )
            }
            #expect(rows == 20_000)
            #expect(check == ["ok"])
        }
    }

    @Test("a second run of a running checklist is refused with 75, and runs once the first is gone")
    func overlap() async throws {
        let instance = try await TestInstance(users: nil)
        defer { instance.remove() }
        try instance.schedule(
            "daily",
            "checklist: daily\nservice: api\ntasks: [{task: h, plugin: health, with: {time_limit_each: 30s, retries: 0}}]\n"
        )
        let server = try Program(
            "python3", [TestInstance.repository + "/Tests/EndToEndTests/Services/faulty_service.py", "hang"],
            in: instance.folder)
        defer { server.signal(SIGKILL) }
        try instance.configure(url: try await instance.address(of: server))
        let first = try instance.start(["run", "daily"])
        try await until("the first run has begun") { first.errors.contains("run daily-") }
        let second = try await instance.ronde("run", "daily")
        #expect(second.status == 75, "\(second)")
        #expect(second.errors.contains("running already"), "\(second)")
        first.signal(SIGKILL)
        _ = try await first.wait()
        let third = try instance.start(["run", "daily"])
        try await until("the third run has begun") { third.errors.contains("run daily-") }
        third.signal(SIGTERM)
        let ending = try await third.wait()
        #expect(ending.status == 3, "\(ending)")
        #expect(ending.output.contains("told to stop"), "\(ending)")
    }
}
