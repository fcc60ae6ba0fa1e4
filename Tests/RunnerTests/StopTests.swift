import Foundation
import Maintenance
import RunStore
import SystemPackage
import Testing

@testable import Runner

/// Runs that are ended for another one, and runs beside each other.
@Suite(.timeLimit(.minutes(3)))
struct StopTests {
    /// Runs a plugin that ignores SIGTERM and asks the run to end once it is up.
    private func stopped(kills: Bool, grace: Duration) async throws -> (report: RunReport, seconds: Duration) {
        let stage = try Stage(["stubborn": "trap '' TERM; echo up > $STAGE/up; sleep 600; sleep 600"])
        var settings = stage.settings
        settings.grace = grace
        let runner = ChecklistRunner(settings: settings, store: try stage.store)
        let stop = RunStop()
        let checklist = stage.checklist([TaskDefinition.of("stubborn"), TaskDefinition.of("after", plugin: "stubborn")])
        let start = ContinuousClock.now
        async let report = runner.run(checklist, .init(trigger: .schedule, stop: stop), observer: SilentObserver())
        #expect(try await stage.appears("up"))
        stop.request(reason: "the firing of noon took its place", kills: kills)
        let ended = try await report
        #expect(try await stage.isLeftByAll())
        #expect(try stage.store.unended(checklist: "daily").isEmpty)
        return (ended, .now - start)
    }

    @Test("a run that is told to end for another one is recorded with the reason")
    func told() async throws {
        let (report, _) = try await stopped(kills: false, grace: .milliseconds(300))
        #expect(report.interruption == "it was stopped: the firing of noon took its place")
        #expect(report.outcome == .unknown && report.tasks.map(\.outcome) == [.unknown, .skipped])
    }

    @Test("one that is killed gets no time to end by itself")
    func killed() async throws {
        let (report, time) = try await stopped(kills: true, grace: .seconds(120))
        #expect(report.interruption == "it was stopped: the firing of noon took its place")
        #expect(time < .seconds(60))
    }

    @Test("runs that share their turn go on side by side, and one by hand is refused meanwhile")
    func shared() async throws {
        let stage = try Stage([
            "meet": """
            echo x >> $STAGE/there
            while [ "$(wc -l < $STAGE/there)" -lt 2 ]; do sleep 0.02; done
            while [ ! -e $STAGE/refused ]; do sleep 0.02; done
            say ok met
            """
        ])
        let runner = try stage.runner()
        let checklist = stage.checklist([TaskDefinition.of("meet")])
        @Sendable func shared() async throws -> RunReport {
            try await runner.run(checklist, .init(trigger: .schedule, overlap: .share()), observer: SilentObserver())
        }
        async let first = shared()
        async let second = shared()
        while stage.file("there")?.count != 4 { try await Task.sleep(for: .milliseconds(5)) }
        do {
            _ = try await runner.run(checklist, .init(trigger: .manual), observer: SilentObserver())
            Issue.record("it ran beside the others")
        } catch {
            guard case .alreadyRunning = error else { throw error }
        }
        try Data().write(to: URL(filePath: stage.root.appending("refused").string))
        let reports = try await [first, second]
        #expect(reports.map(\.outcome) == [.ok, .ok] && reports[0].run != reports[1].run)
    }
}
