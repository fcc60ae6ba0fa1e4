import DatabasePluginTesting
import Foundation
import HTTPTesting
import Maintenance
import PluginKit
import StatsPlugin
import SystemPackage
import Testing
import Trends

/// What the service says of itself in most of these tests.
private func stats(users: String = "37214", size: String = "61.25") -> String {
    #"{"total_users": \#(users), "database_size_mb": \#(size), "database_path": "/x", "timestamp": "2026-11-22T02:00:00"}"#
}

private let runbook = Thresholds(users: 45_000, databaseSize: ByteSize(bytes: 100_000_000))

@Suite("What a service says of itself")
struct StatsTests {
    private let trial: PluginTrial<StatsPlugin>

    init() throws { trial = try PluginTrial() }

    private func perform(
        _ answer: String, _ with: String = "retries: 0", thresholds: Thresholds = runbook, dryRun: Bool = false
    ) async throws -> TrialRecord {
        let (trial, reply) = (trial, Reaction.reply("200 OK", answer))
        return try await TestServer.open({ _, _ in reply }) { server in
            try await trial.perform(with, dryRun: dryRun, thresholds: thresholds, url: server.url)
        }
    }

    @Test("is told and measured")
    func told() async throws {
        let record = try await perform(stats())
        #expect(record.result == TaskResult(.ok, "37,214 users, database 64.2 MB"))
        #expect(record.measured("users") == 37_214)
        #expect(record.measured("users.used") == 37_214.0 / 50_000 * 100)
        #expect(record.measured("database_size") == 61.25 * 1_048_576)
        #expect(record.measured("users.per_day") == nil, "one sample is no trend")
        #expect(record.measurements.contains { $0.name == "api_stats.total_time" })
    }

    @Test(
        "is judged by the thresholds and the capacity of the runbook",
        arguments: [
            ("45000", "61", Outcome.ok, "45,000 users, database 64.0 MB"),
            (
                "45001", "61", .warning,
                "45,001 users (more than 45000): make room, or raise the limit, database 64.0 MB"
            ),
            ("50000", "61", .warning, "50,000 users"), ("50001", "61", .critical, "(more than 50000)"),
            ("1", "96", .warning, "database 101 MB (more than 100 MB)"), ("0", "0", .ok, "0 users, database 0 B"),
            ("1e300", "1", .critical, "more than 50000"), ("-5", "1", .ok, "-5 users"),
        ])
    func judged(users: String, size: String, outcome: Outcome, says fragment: String) async throws {
        let record = try await perform(stats(users: users, size: size))
        #expect(record.outcome == outcome, "\(record.summary)")
        #expect(record.summary.contains(fragment), "\(record.summary)")
    }

    @Test("is not judged by thresholds that the service has not, and says so")
    func withoutThresholds() async throws {
        let record = try await perform(stats(users: "49000", size: "5000"), thresholds: Thresholds())
        #expect(record.outcome == .ok, "\(record.summary)")
        #expect(record.log.contains { $0.message.contains("users is not judged by 'users'") })
        #expect(record.log.contains { $0.message.contains("database is not judged by 'database_size'") })
    }

    @Test(
        "that cannot be understood is critical",
        arguments: [
            (#"{"database_size_mb": 1}"#, "total_users is missing (wanted a number to measure)"),
            (stats(users: #""many""#), #"total_users is "many" (wanted a number"#),
            (stats(users: "null"), "total_users is null"), (stats(users: "[1]"), "total_users is a list"),
            ("{}", "total_users is missing"), ("[1]", "total_users is missing"), ("<html>", "does not answer JSON"),
            ("", "answers without a body"), ("nan", "does not answer JSON"),
            (stats(users: "1e999"), "total_users is unreadable"),
        ])
    func notUnderstood(_ answer: String, says fragment: String) async throws {
        let record = try await perform(answer)
        #expect(record.outcome == .critical)
        #expect(record.summary.contains(fragment), "\(record.summary)")
        #expect(SampleHistory.read(from: trial.state).samples.isEmpty)
    }

    @Test("that gives no answer, or one that it should not, is critical", arguments: ["503 Unavailable", "302 Found"])
    func status(_ status: String) async throws {
        let trial = trial
        try await TestServer.open({ _, _ in .reply(status, stats(), headers: ["Location: /else"]) }) { server in
            let record = try await trial.perform("retries: 0", url: server.url)
            #expect(record.outcome == .critical)
            #expect(record.summary.contains("answers \(status.prefix(3)) (wanted 200)"), "\(record.summary)")
            #expect(server.asked.map(\.path) == ["/api/stats"], "redirects are not followed")
        }
        let record = try await trial.perform("retries: 0", url: "http://127.0.0.1:\(TestServer.freePort())")
        #expect(record.outcome == .critical && record.summary.contains("connection refused"))
    }

    @Test("in other words, at another place, in other units")
    func others() async throws {
        let with = """
            path: /status
            fields:
              - {field: pool.0.used, name: pool, unit: KiB, critical: "~:3"}
              - {field: load, name: load_now, title: load, warning: "~:2.5"}
              - {field: wait, name: wait, unit: ms}
            """
        let record = try await perform(#"{"pool": [{"used": 4}], "load": 3.5, "wait": 12}"#, with)
        #expect(record.outcome == .critical)
        #expect(
            record.summary == "pool 4.10 kB (more than 3.07 kB): make room, or raise the limit, "
                + "3.5 load (more than 2.5): make room, or raise the limit, wait 12 ms")
    }

    @Test("is not asked in a dry run, which leaves nothing behind")
    func dryRun() async throws {
        let trial = trial
        try await TestServer.open({ _, _ in .reply() }) { server in
            let record = try await trial.perform(dryRun: true, thresholds: runbook, url: server.url)
            #expect(record.result == TaskResult(.ok, "would ask 1 endpoint: /api/stats"))
            #expect(server.requests.isEmpty)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: trial.state.string).isEmpty)
    }

    @Test("of the API service fits the defaults")
    func live() async throws {
        let trial = trial
        try await LiveService.open(in: trial.folder) { url in
            let record = try await trial.perform(thresholds: runbook, url: url)
            #expect(record.outcome == .ok, "\(record.summary)")
            #expect(record.summary.hasPrefix("0 users, database "), "\(record.summary)")
        }
    }

    @Test(
        "with parameters that cannot be right is not asked",
        arguments: [
            ("fields: []", "from 1 to 50, not 0"),
            ("fields: [{field: a, name: a, capacity: 0}]", "capacity: must be more"),
            ("fields: [{field: a, name: a}, {field: b, name: a}]", "two are named 'a'"),
            ("fields: [{field: a, name: a, warning: \"1\", threshold: users}]", "remove one of them"),
            ("fields: [{field: a, name: a, threshold: database_size}]", "in 'B', which"),
            ("fields: [{field: a, name: a, warning: \"9:1\"}]", "start is not above"),
            ("time_limit_each: 0s", "longer than nothing"),
        ])
    func refused(_ with: String, says fragment: String) async throws {
        let record = try await perform(stats(), with)
        #expect(record.outcome == .unknown && record.summary.contains(fragment), "\(record.summary)")
    }
}
