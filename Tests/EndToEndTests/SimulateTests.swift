import Foundation
import Testing

/// What `ronde simulate` and `ronde next` foretell of the schedules that come with Ronde.
struct SimulateTests {
    private func record(_ ending: Program.Ending) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [String: Any])
    }

    @Test("two years of daily, weekly and monthly runs leave 7, 4 and 12 backups, and nothing is written")
    func twoYears() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        let before = instance.names(in: "")
        let ending = try await instance.ronde(
            "simulate", "--from", "2026-12-31T12:00:00Z", "--until", "2028-12-31T12:00:00Z", "--json")
        #expect(ending.status == 0)
        let record = try record(ending)
        let runs = (record["checklists"] as? [[String: Any]] ?? []).map {
            ($0["checklist"] as? String ?? "", $0["ran"] as? Int ?? 0)
        }
        // 2027 has 365 days and 2028 has 366; both together 104 whole weeks and 3 days.
        #expect(runs.map(\.0) == ["daily", "monthly", "weekly"])
        #expect(runs.map(\.1) == [731, 24, 105])
        let tiers = (record["backups"] as? [[String: Any]] ?? []).map { tier in
            (tier["tier"] as? String ?? "", (tier["kept"] as? [Any])?.count ?? 0)
        }
        #expect(tiers.map(\.0) == ["daily", "weekly", "monthly"])
        #expect(tiers.map(\.1) == [7, 4, 12])
        #expect(
            instance.names(in: "").filter { !$0.hasSuffix(".out") && !$0.hasSuffix(".err") }
                == before.filter {
                    !$0.hasSuffix(".out") && !$0.hasSuffix(".err")
                })
        #expect(try await instance.ronde("simulate", "--until", "2020-01-01").status == 64)
    }

    @Test("next says what a blackout makes of a firing, in words and as JSON")
    func blackouts() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        try instance.schedule(
            "daily",
            """
            checklist: daily
            service: api
            schedule: {cron: "0 9 * * *", not_during: {weekly: ["mon-fri 08:00-18:00"], then: after}}
            tasks: [{task: check, plugin: integrity}]
            """)
        let span = ["next", "--from", "2026-11-22T12:00:00Z", "--until", "2026-11-23T12:00:00Z"]
        let text = try await instance.start(span).wait()
        #expect(text.output.contains("run at 2026-11-23T18:00:00+01:00: blackout, weekly mon-fri 08:00-18:00"))
        let firings = try record(try await instance.start(span + ["--json"]).wait())["firings"] as? [[String: Any]]
        let daily = firings?.first { $0["checklist"] as? String == "daily" }
        #expect(daily?["nominal_time"] as? String == "2026-11-23T09:00:00+01:00")
        #expect(daily?["runs_at"] as? String == "2026-11-23T18:00:00+01:00")
        #expect(daily?["blackout"] as? String == "weekly mon-fri 08:00-18:00")
        #expect(daily?["paused"] is NSNull)
    }
}
