import Foundation
import Maintenance
import RunStore
import Testing

/// Records that are written in one transaction with others.
@Suite(.timeLimit(.minutes(2)))
struct TogetherTests {
    private struct Refusal: Error {}

    @Test("many runs that begin at once get names of their own, and one that fails takes none of the others with it")
    func begin() async throws {
        let folder = StoreFolder()
        let store = try folder.open()
        let wish = try report("daily")
        let begun = try await withThrowingTaskGroup(of: RunIdentifier?.self) { group in
            for number in 0..<60 {
                group.addTask {
                    do throws(RunStoreError) {
                        return try await store.beginTogether(wish, timeZone: .gmt) { _ in
                            if number % 10 == 3 { throw Refusal() }
                            return false
                        }
                    } catch {
                        #expect("\(error)".contains("Refusal"))
                        return nil
                    }
                }
            }
            return try await group.reduce(into: [RunIdentifier]()) { if let run = $1 { $0.append(run) } }
        }
        #expect(begun.count == 54)
        #expect(Set(begun).count == 54)
        #expect(try folder.open().unended(checklist: "daily").count == 54)
    }

    @Test("what has returned is there for another process, and its end too")
    func kept() async throws {
        let folder = StoreFolder()
        let store = try folder.open()
        var report = try report("daily")
        report.run = try await store.beginTogether(report, timeZone: .gmt) { _ in false }
        try await store.keepTogether(
            TaskReport(task: "a", title: "A", plugin: "p", outcome: .ok, summary: "fine"), position: 0, of: report.run)
        #expect(try folder.open().unended(checklist: "daily").first?.tasks.map(\.task) == ["a"])
        try await store.endTogether(report, bytes: 7)
        #expect(try folder.open().unended(checklist: "daily").isEmpty)
    }
}
