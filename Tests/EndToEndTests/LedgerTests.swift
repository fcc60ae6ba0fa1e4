import Foundation
import GRDB
import Testing

/// The ledger as people and programs read it.
@Suite(.timeLimit(.minutes(3)))
struct LedgerTests {
    @Test("the ledger shows every firing with what became of it, oldest first")
    func shows() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        let empty = try await instance.ronde("ledger")
        #expect(empty.status == 0 && empty.errors.contains("No firing was due yet"), "\(empty)")
        try await seed(instance)
        let all = try await instance.ronde("ledger", "--json")
        let rows = try #require(try rows(all.output))
        #expect(Set(rows[0].keys) == ["checklist", "nominal_time", "state", "reason", "run"])
        #expect(rows.map { $0["state"] as? String } == ["missed", "merged", "late", "ran"])
        #expect(rows[0]["nominal_time"] as? String == "2026-11-18T02:00:00+01:00")
        #expect(rows[3]["run"] as? String == "weekly-20261121-030000" && rows[3]["reason"] is NSNull)
        let one = try await instance.ronde(
            "ledger", "--json", "--checklist", "daily", "--from", "2026-11-19T00:00:00Z", "--until",
            "2026-11-20T01:00:00Z")
        #expect(try self.rows(one.output)?.map { $0["state"] as? String } == ["merged"])
        let missed = try await instance.ronde("ledger", "--json", "--state", "missed")
        #expect(try self.rows(missed.output)?.count == 1)
        let text = try await instance.ronde("ledger", "--count", "2")
        #expect(text.output.contains("2026-11-20T02:00:00+01:00  daily"), "\(text)")
        #expect(!text.output.contains("merged") && text.errors.contains("In all: 1 ran, 1 late, 1 merged, 1 missed."))
        #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        #expect(try await instance.ronde("ledger", "--state", "lost").status == 64)
        #expect(try await instance.ronde("ledger", "--from", "yesterday").status == 64)
    }

    @Test("a pause shows in what is due next, and ends when it is told to")
    func pauses() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        let paused = try await instance.ronde("pause", "daily", "--reason", "new disk", "--for", "3d")
        #expect(paused.status == 0 && paused.errors.contains("daily is paused until"), "\(paused)")
        let next = try await instance.ronde("next", "--json", "--count", "20")
        let firings = try #require(try rows(next.output))
        let (daily, others) = (
            firings.filter { $0["checklist"] as? String == "daily" },
            firings.filter { $0["checklist"] as? String != "daily" }
        )
        #expect(daily.first?["paused"] as? String == "new disk" && daily.last?["paused"] is NSNull)
        #expect(!others.isEmpty && others.allSatisfy { $0["paused"] is NSNull })
        #expect(try await instance.ronde("next").output.contains("paused: new disk"))
        #expect(try await instance.ronde("resume", "daily").errors.contains("runs at its hours again"))
        #expect(try await !instance.ronde("next").output.contains("paused"))
        #expect(try await instance.ronde("resume", "daily").errors.contains("was not paused"))
        for wrong in [["--for", "3 days"], ["--until", "2020-01-01"], ["--for", "1h", "--until", "2030-01-01"]] {
            let ending = try await instance.start(["pause", "daily", "--reason", "x"] + wrong).wait()
            #expect(ending.status == 64, "\(wrong): \(ending)")
        }
        #expect(try await instance.ronde("pause", "nightly", "--reason", "x").status == 64)
        #expect(try await instance.ronde("pause", "daily", "--reason", " ").status == 64)
    }

    private func rows(_ text: String) throws -> [[String: Any]]? {
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return object?["firings"] as? [[String: Any]]
    }

    private func seed(_ instance: TestInstance) async throws {
        let store = try DatabaseQueue(path: instance.folder + "/state/runs.db")
        let rows: [(String, String, String, String?, String?)] = [
            ("daily", "2026-11-18T01:00:00Z", "missed", "nothing ran for longer than 1d after it", nil),
            ("daily", "2026-11-19T01:00:00Z", "merged", "merged into 2026-11-20T02:00:00+01:00", nil),
            ("daily", "2026-11-20T01:00:00Z", "late", nil, "daily-20261120-090000"),
            ("weekly", "2026-11-21T02:00:00Z", "ran", nil, "weekly-20261121-030000"),
        ]
        try await store.write { database in
            for (checklist, time, state, reason, run) in rows {
                let instant = try #require(ISO8601DateFormatter().date(from: time))
                try database.execute(
                    sql: """
                        INSERT INTO firing (checklist, nominal_time, state, reason, run, claimed_at)
                        VALUES (?, ?, ?, ?, ?, 0)
                        """,
                    arguments: [checklist, Int64(instant.timeIntervalSince1970 * 1000), state, reason, run])
            }
        }
    }
}
