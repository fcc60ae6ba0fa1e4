import Backups
import Foundation
import Testing

@Suite("The pooled retention policy")
struct RetentionCorpusTests {
    struct Row: Decodable, CustomStringConvertible {
        struct Kept: Decodable {
            let index: Int
            let reasons: [String]
        }

        let id: String
        let policy: [String: Int]
        let tz: String
        let snapshots: [String]
        let keep: [Kept]
        let keep_oldest_extra: [Int]?

        var description: String { id }
    }

    static let rows: [Row] = {
        guard let file = Bundle.module.url(forResource: "Corpus/retention", withExtension: "jsonl"),
            let text = try? String(contentsOf: file, encoding: .utf8)
        else { return [] }
        // A row that does not decode is missed by the test that counts them.
        return text.split(separator: "\n").compactMap { try? JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
    }()

    @Test("the corpus has all its rows")
    func count() { #expect(Self.rows.count == 60) }

    @Test("keeps what each row of the corpus keeps, for the same reasons", arguments: rows)
    func row(_ row: Row) throws {
        let policy = RetentionPolicy(
            last: row.policy["last"] ?? 0, hourly: row.policy["hourly"] ?? 0, daily: row.policy["daily"] ?? 0,
            weekly: row.policy["weekly"] ?? 0, monthly: row.policy["monthly"] ?? 0, yearly: row.policy["yearly"] ?? 0)
        let zone = try #require(TimeZone(identifier: row.tz))
        let instants = try row.snapshots.map(instant)
        guard row.policy.values.contains(where: { $0 > 0 }) else {
            #expect(throws: BackupError.keepsNothing(0)) { try policy.decide(instants, timeZone: zone) }
            return
        }
        let decisions = try policy.decide(instants, timeZone: zone)
        let kept = Set(decisions.filter(\.isKept).map(\.index))
        #expect(kept == Set(row.keep.map(\.index)).union(row.keep_oldest_extra ?? []))
        for expected in row.keep {
            let reasons = try #require(decisions.first { $0.index == expected.index }).reasons.filter { !$0.isOldest }
            #expect(Set(reasons.map(\.rule)) == Set(expected.reasons), "set \(expected.index)")
        }
        #expect(decisions.map(\.index).sorted() == Array(instants.indices))
    }

    @Test("the oldest set stays for a rule that has buckets left, and says so")
    func oldest() throws {
        let days = ["2026-11-20T02:00:00Z", "2026-11-21T02:00:00Z", "2026-11-22T02:00:00Z"]
        let decisions = try RetentionPolicy(monthly: 12).decide(days.map(instant), timeZone: paris)
        #expect(decisions.map(\.index) == [2, 1, 0])
        #expect(decisions.map { $0.reasons.map(\.description) } == [["monthly"], [], ["oldest monthly"]])
        #expect(decisions[0].reasons[0].left == 11)
    }
}
