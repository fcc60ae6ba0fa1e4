import Foundation
import Testing

@testable import Cron

@Suite("The corpus")
struct CorpusTests {
    @Test("has the rows that its description promises")
    func counts() {
        #expect(Corpus.next.count == 1000)
        #expect(Corpus.derived.count == 40)
        #expect(Corpus.invalid.count == 80)
        #expect(Corpus.never.count == 8)
    }

    @Test("next ten instants", arguments: Corpus.next + Corpus.derived)
    func nextTen(_ row: NextRow) throws {
        let schedule = try schedule(row.expr, row.tz)
        let expected = row.next.map(instant)
        #expect(Array(schedule.firings(after: instant(row.after)).prefix(10)).map(\.instant) == expected)
        var last = instant(row.after)
        for instant in expected {
            last = try #require(schedule.next(after: last))
            #expect(last == instant)
        }
    }

    @Test("the text of a firing is that of the corpus", arguments: Corpus.next.prefix(100))
    func text(_ row: NextRow) throws {
        let firings = try schedule(row.expr, row.tz).firings(after: instant(row.after)).prefix(10)
        #expect(firings.map(\.description) == row.next)
    }

    @Test("malformed expressions are refused, and the field is named", arguments: Corpus.invalid)
    func invalid(_ row: InvalidRow) throws {
        let error = try #require(throws: CronSyntaxError.self) { try CronExpression(parsing: row.expr) }
        #expect(([row.field] + (row.also ?? [])).contains(error.field.rawValue))
        #expect(error.description.hasPrefix("\(error.field.rawValue): "))
        let tail = Array(row.expr.unicodeScalars).dropFirst(error.offset)
        #expect(tail.starts(with: error.text.unicodeScalars), "the offset is where the text stands")
    }

    @Test("expressions that never fire are refused quickly", arguments: Corpus.never)
    func never(_ row: NeverRow) throws {
        let start = ContinuousClock.now
        let error = try #require(throws: CronSyntaxError.self) { try CronExpression(parsing: row.expr) }
        #expect(ContinuousClock.now - start < .seconds(2))
        guard case .neverFires = error.problem else {
            Issue.record("\(error)")
            return
        }
        #expect(error.field == .dayOfMonth)
        #expect(error.description.contains("never fires: "))
    }
}
