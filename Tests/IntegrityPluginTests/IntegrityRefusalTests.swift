import DatabasePluginTesting
import Foundation
import Maintenance
import PluginKit
import SystemPackage
import Testing

@Suite("What the integrity plugin cannot check")
struct IntegrityRefusalTests {
    enum Unusable: String, CaseIterable {
        case missing, noFolder, empty, text, folder
    }

    @Test("is critical, with a clear text, and nothing is created", arguments: Unusable.allCases, [false, true])
    func unusable(_ kind: Unusable, isDryRun: Bool) async throws {
        let trial = try Trial()
        var path = trial.database
        switch kind {
        case .missing: break
        case .noFolder: path = trial.folder.appending("nowhere").appending("app.db")
        case .empty: try Data().write(to: URL(fileURLWithPath: path.string))
        case .text: try Data(repeating: 0x41, count: 5_000).write(to: URL(fileURLWithPath: path.string))
        case .folder: path = trial.scratch
        }
        let files = try trial.files()
        let record = try await trial.perform(dryRun: isDryRun, database: path)
        #expect(record.outcome == .critical)
        #expect(record.summary.contains(path.string) && record.summary.contains("; check "), "\(record.summary)")
        #expect(try trial.files() == files)
        #expect(!FileManager.default.fileExists(atPath: trial.folder.appending("nowhere").string))
    }

    @Test("a dry run names the checks and does nothing") func dryRun() async throws {
        let trial = try Trial()
        try trial.makeShop()
        try Damage.indexMismatch.inflict(on: trial)
        let files = try trial.files()
        let record = try await trial.perform("checks: [foreign_keys, integrity, quick]", dryRun: true)
        #expect(record.outcome == .ok && record.summary == "main: would check integrity, foreign_keys")
        #expect(record.measurements.isEmpty && record.log.isEmpty)
        #expect(try trial.files() == files)
    }

    @Test("no checks at all are a mistake") func noChecks() async throws {
        let record = try await Trial().perform("checks: []")
        #expect(record.outcome == .unknown && record.summary.contains("'checks' is empty"))
    }

    @Test(
        "parameters that make no sense are mistakes in the checklist",
        arguments: [
            "checks: [everything]", "checks: integrity", "limit: 0", "limit: 901", "busy_timeout: soon",
            "check: [quick]",
        ])
    func mistakes(_ parameters: String) async throws {
        await #expect(throws: TrialError.self) { try await Trial().perform(parameters) }
    }

    @Test("a lock is waited for as long as it may, then it is critical", .enabled(if: Neighbour.exists))
    func busy() async throws {
        let trial = try Trial()
        try trial.makeShop(journal: "delete")
        let neighbour = try Neighbour.holding("BEGIN EXCLUSIVE", at: trial.database)
        let record = try await trial.perform("busy_timeout: 300ms")
        #expect(record.outcome == .critical && record.summary.contains("0.3 s"), "\(record.summary)")
        #expect(record.duration >= .milliseconds(300) && record.duration < .seconds(30))
        let end = Date(timeIntervalSinceNow: 2)
        #expect(try await trial.perform(within: 2).outcome == .critical && Date() < end)
        try neighbour.release()
        #expect(try await trial.perform().outcome == .ok)
    }

    @Test("a lock that is given back in time does not matter", .enabled(if: Neighbour.exists))
    func patient() async throws {
        let trial = try Trial()
        try trial.makeShop(journal: "delete")
        let neighbour = try Neighbour.holding("BEGIN EXCLUSIVE", at: trial.database)
        let work = Task { try await trial.perform() }
        try await onThread {
            try waitUntilOpen(trial.database)
            try neighbour.release()
        }
        #expect(try await work.value.outcome == .ok)
    }

    @Test("a stop ends a wait soon, and says that nothing was checked", .enabled(if: Neighbour.exists))
    func cancelled() async throws {
        let trial = try Trial()
        try trial.makeShop(journal: "delete")
        let neighbour = try Neighbour.holding("BEGIN EXCLUSIVE", at: trial.database)
        let work = Task { try await trial.perform() }
        try await onThread {
            try waitUntilOpen(trial.database)
            work.cancel()
        }
        let record = try await work.value
        #expect(record.outcome == .unknown && record.summary == "stopped before main was checked")
        #expect(record.duration < .seconds(40))
        try neighbour.release()
    }
}
