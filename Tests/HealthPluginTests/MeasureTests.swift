import HTTPTesting
import HealthPlugin
import Maintenance
import PluginKit
import Testing

@Suite("A limit")
struct LimitTests {
    private func round(
        _ endpoint: String, thresholds: Thresholds = Thresholds(), after milliseconds: Int32 = 200
    ) async throws -> Round {
        try await TestServer.open({ _, _ in .reply(after: milliseconds) }) { server in
            try await Rounds.run("endpoints: [{path: /slow\(endpoint)}]", url: server.url, thresholds: thresholds)
        }
    }

    @Test(
        "of the response time is the endpoint's own, or the service's",
        arguments: [
            (", warning: 100ms", nil, Outcome.warning), (", critical: 100ms", nil, .critical),
            (", warning: 4s", 100, .ok), ("", 100, .warning), ("", 4000, .ok), ("", nil, .ok),
            (", critical: 150ms", 4000, .critical), (", warning: 10ms, critical: 4s", nil, .warning),
        ] as [(String, Int?, Outcome)])
    func responseTime(_ endpoint: String, threshold: Int?, outcome: Outcome) async throws {
        let limit = threshold.map { TimeSpan(.milliseconds($0)) }
        let round = try await round(endpoint, thresholds: Thresholds(responseTime: limit))
        #expect(round.result.outcome == outcome, "\(round.result)")
        #expect(round.measurement("slow.total_time")?.outcome == outcome)
        // A warning beyond what is critical would never be seen.
        let ranges = try #require(round.measurement("slow.total_time"))
        if let warning = ranges.warning, let critical = ranges.critical {
            #expect(warning.upperBound <= critical.upperBound)
        }
        // It answered: that is neither a finding in the log, nor a reason to ask again.
        #expect(round.errors.isEmpty)
        #expect(round.measurement("slow.attempts")?.value == 1)
        guard outcome != .ok else { return }
        #expect(round.result.summary.wholeMatch(of: #//slow took \d+ ms \(more than (10|100|150) ms\)/#) != nil)
    }
}

@Suite("A measured field")
struct MeasureTests {
    private static let stats =
        #"{"total_users": 46000, "database_size_mb": 101.5, "deep": {"load": -0.5}, "text": "7"}"#

    private func round(_ measure: String, thresholds: Thresholds = Thresholds()) async throws -> Round {
        try await TestServer.open({ _, _ in .reply("200 OK", Self.stats) }) { server in
            try await Rounds.run(
                "retries: 0\nendpoints: [{path: /api/stats, measure: [\(measure)]}]", url: server.url,
                thresholds: thresholds)
        }
    }

    @Test(
        "is judged by ranges",
        arguments: [
            ("name: users, field: total_users", Outcome.ok, "users 46000"),
            ("name: users, field: total_users, warning: 45000", .warning, "users is 46000 (more than 45000)"),
            ("name: users, field: total_users, warning: \"50000\"", .ok, "users 46000"),
            ("name: users, field: total_users, critical: \"50000:\"", .critical, "users is 46000 (less than 50000)"),
            ("name: users, field: total_users, critical: \"@1:46000\"", .critical, "(from 1 to 46000)"),
            ("name: load, field: deep.load, warning: \"~:1\"", .ok, "load -0.5"),
            ("name: load, field: deep.load, warning: \"1\"", .warning, "load is -0.5 (less than 0)"),
            (
                "name: size, field: database_size_mb, unit: MB, warning: 100", .warning,
                "size is 102 MB (more than 100 MB)"
            ),
            ("name: size, field: database_size_mb, unit: MiB, warning: \"~:101.5\"", .ok, "size 106 MB"),
            (
                "name: wait, field: database_size_mb, unit: ms, critical: \"99.5\"", .critical,
                "wait is 102 ms (more than 100 ms)"
            ),
            ("name: cpu, field: database_size_mb, unit: \"%\", warning: 80", .warning, "cpu is 101.5% (more than 80%)"),
        ])
    func ranges(_ measure: String, outcome: Outcome, says fragment: String) async throws {
        let round = try await round("{\(measure)}")
        #expect(round.result.outcome == outcome, "\(round.result)")
        #expect(round.result.summary.contains(fragment), "\(round.result.summary)")
    }

    @Test("is reported in the base unit, its ranges too")
    func units() async throws {
        let round = try await round(
            "{name: size, field: database_size_mb, unit: MiB, warning: \"100\", critical: \"~:1000\"}")
        let size = try #require(round.measurement("size"))
        #expect(size.value == 101.5 * 1_048_576 && size.unit == .bytes)
        #expect(size.warning?.description == "104857600" && size.critical?.description == "~:1048576000")
    }

    @Test("is judged by thresholds of the service")
    func thresholds() async throws {
        let measures = """
            {name: users, field: total_users, threshold: users}, \
            {name: size, field: database_size_mb, unit: MiB, threshold: database_size}
            """
        let limits = Thresholds(users: 45_000, databaseSize: ByteSize(bytes: 200_000_000))
        let round = try await round(measures, thresholds: limits)
        #expect(round.result == TaskResult(.warning, "users is 46000 (more than 45000)"))
        #expect(round.measurement("users")?.warning?.description == "~:45000")
        #expect(round.measurement("size")?.outcome == .ok)
        #expect(round.measurement("size")?.warning?.description == "~:200000000")
    }

    @Test(
        "that is no number is critical",
        arguments: [
            ("absent", "absent is missing"), ("text", #"text is "7""#), ("deep", "deep is an object"),
        ])
    func noNumber(_ field: String, says fragment: String) async throws {
        let round = try await round("{name: x, field: \(field)}, {name: users, field: total_users}")
        #expect(
            round.result == TaskResult(.critical, "/api/stats answers, but \(fragment) (wanted a number to measure)"))
        #expect(round.errors.count == 1 && round.measurement("x") == nil)
        #expect(round.measurement("users")?.value == 46_000)
    }
}
