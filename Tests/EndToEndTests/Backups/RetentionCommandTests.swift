import Foundation
import Testing

/// `ronde retention explain`, whose JSON other programs read.
@Suite(.timeLimit(.minutes(5)))
struct RetentionCommandTests {
    private struct Row: Decodable {
        struct Kept: Decodable {
            let index: Int
            let reasons: [String]
        }

        let id: String
        let policy: [String: Int]
        let tz: String
        let now: String
        let snapshots: [String]
        let keep: [Kept]
        let keep_oldest_extra: [Int]?
    }

    private static func rows() throws -> [Row] {
        let path = TestInstance.repository + "/Tests/BackupsTests/Corpus/retention.jsonl"
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Row.self, from: Data($0.utf8))
        }
    }

    private func explain(_ arguments: [String], _ lines: [String], in instance: TestInstance) async throws
        -> Program.Ending
    {
        let input = "\(instance.folder)/\(UUID().uuidString)"
        try (lines.joined(separator: "\n") + "\n").write(toFile: input, atomically: true, encoding: .utf8)
        return try await Program(
            Program.built("ronde"), ["retention", "explain"] + arguments, in: instance.folder, input: input
        ).wait()
    }

    @Test("what is kept, and what not, is what restic keeps, in exactly the documented shape")
    func corpus() async throws {
        let instance = try await TestInstance(users: nil)
        defer { instance.remove() }
        let rows = try Self.rows()
        #expect(rows.count == 60)
        for row in rows {
            let rules = row.policy.sorted { $0.key < $1.key }.flatMap { ["--keep-\($0.key)", "\($0.value)"] }
            let ending = try await explain(
                rules + ["--tz", row.tz, "--now", row.now, "--json"], row.snapshots, in: instance)
            // A policy without any rule would remove everything.
            guard row.policy.values.contains(where: { $0 > 0 }) else {
                #expect(ending.status == 64, "\(row.id): \(ending)")
                continue
            }
            #expect(ending.status == 0, "\(row.id): \(ending)")
            try check(ending.output, against: row)
        }
    }

    /// Offsets may be written in several ways, `Z` and `+00:00` among them.
    private static func date(_ text: String) throws -> Date { try Date(text, strategy: .iso8601) }

    private func check(_ output: String, against row: Row) throws {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any], "\(row.id)")
        #expect(Set(object.keys) == ["keep", "remove"])
        let keep = try #require(object["keep"] as? [[String: Any]])
        let remove = try #require(object["remove"] as? [[String: Any]])
        for entry in keep { #expect(Set(entry.keys) == ["index", "instant", "reasons"], "\(row.id)") }
        for entry in remove { #expect(Set(entry.keys) == ["index", "instant"], "\(row.id)") }
        let kept = keep.compactMap { $0["index"] as? Int }
        #expect(Set(kept) == Set(row.keep.map(\.index)).union(row.keep_oldest_extra ?? []), "\(row.id)")
        let removed = remove.compactMap { $0["index"] as? Int }
        #expect(Set(removed) == Set(row.snapshots.indices).subtracting(kept), "\(row.id)")
        for entry in keep {
            let index = entry["index"] as? Int ?? -1
            guard let expected = row.keep.first(where: { $0.index == index }) else { continue }
            let reasons = Set(entry["reasons"] as? [String] ?? []).filter { !$0.hasPrefix("oldest") }
            #expect(reasons == Set(expected.reasons), "\(row.id) \(index)")
        }
        for entry in keep + remove {
            let index = try #require(entry["index"] as? Int)
            let instant = try #require(entry["instant"] as? String)
            #expect(try Self.date(instant) == Self.date(row.snapshots[index]), "\(row.id) \(index): \(instant)")
        }
    }

    @Test(
        "wrong usage exits 64, a line that is no instant 65",
        arguments: [
            ([], "2026-01-01T00:00:00Z", 64), (["--keep-daily", "-1"], "2026-01-01T00:00:00Z", 64),
            (["--keep-daily", "x"], "2026-01-01T00:00:00Z", 64),
            (["--keep-daily", "1", "--tz", "Mars/Base"], "2026-01-01T00:00:00Z", 64),
            (["--keep-daily", "1"], "yesterday", 65), (["--keep-daily", "1"], "2026-02-30T00:00:00Z", 65),
        ] as [([String], String, Int32)])
    func wrongUsage(arguments: [String], line: String, status: Int32) async throws {
        let instance = try await TestInstance(users: nil)
        defer { instance.remove() }
        let ending = try await explain(arguments + ["--json"], [line], in: instance)
        #expect(ending.status == status, "\(ending)")
        #expect(ending.output.isEmpty)
    }

    @Test("no instants are nothing to keep")
    func empty() async throws {
        let instance = try await TestInstance(users: nil)
        defer { instance.remove() }
        let ending = try await explain(["--keep-daily", "7", "--json"], [], in: instance)
        #expect(ending.status == 0, "\(ending)")
        let object = try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [String: [Int]]
        #expect(object == ["keep": [], "remove": []])
    }
}
