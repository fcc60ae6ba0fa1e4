import Foundation
import Maintenance
import PluginKit
import Reports
import RunStore
import Synchronization
import SystemPackage
import Testing

@testable import Runner

/// Whole runs, with real processes.
@Suite(.timeLimit(.minutes(3)))
struct RunTests {
    @Test("tells of a run in order, and records it")
    func wholeRun() async throws {
        let stage = try Stage([
            "first": #"echo '{"type":"progress","fraction":0.5,"message":"half"}'; say ok fine"#,
            "second": "say warning hm",
        ])
        let notes = Notes()
        let runner = try stage.runner()
        let report = try await runner.run(
            stage.checklist([.of("first"), .of("second", needs: ["first"])]), .init(trigger: .manual), observer: notes)
        #expect(report.outcome == .warning)
        #expect(
            notes.all == [
                "began daily", "task first 1", "said half", "result ok", "ended first ok", "task second 1",
                "result warning", "ended second warning", "over warning",
            ])
        #expect(try stage.reports.read(report.run).tasks.map(\.summary) == ["fine", "hm"])
        let row = try #require(try stage.store.runs(limit: 10).first)
        #expect(row.outcome == .warning && row.endedAt != nil)
        #expect(try stage.store.unended(checklist: "daily").isEmpty)
        #expect(stage.file("state/scratch/\(report.run)") == nil)
    }

    @Test("a task finds what it kept of its last run, and a dry run makes nothing")
    func state() async throws {
        let script = #"""
            state=$(echo "$request" | sed 's/.*"state":"\([^"]*\)".*/\1/')
            [ -d "$state" ] && echo x >> "$state/count"
            say ok "$(cat "$state/count" 2>/dev/null | wc -l) $(stat -c %a "$state" 2>/dev/null)"
            """#
        let stage = try Stage(["counter": script], dryRun: true, keepsState: true)
        let checklist = stage.checklist([.of("counter"), .of("other", plugin: "counter")])
        func summaries(isDryRun: Bool) async throws -> [String] {
            let order = ChecklistRunner.Order(trigger: .manual, isDryRun: isDryRun)
            return try await stage.runner().run(checklist, order, observer: SilentObserver()).tasks.map(\.summary)
        }
        #expect(try await summaries(isDryRun: true) == ["0 ", "0 "])
        #expect(try await summaries(isDryRun: false) == ["1 700", "1 700"])
        #expect(try await summaries(isDryRun: false) == ["2 700", "2 700"])
    }

    @Test("a task is skipped when one that it needs failed, and only then")
    func needs() async throws {
        let stage = try Stage(["good": "say ok a", "bad": "say critical b"])
        let tasks: [TaskDefinition] = [
            .of("a", plugin: "bad"), .of("b", plugin: "good", needs: ["a"]), .of("c", plugin: "good", needs: ["b"]),
            .of("d", plugin: "good"),
        ]
        let report = try await stage.runner().run(
            stage.checklist(tasks), .init(trigger: .manual), observer: SilentObserver())
        #expect(report.tasks.map(\.outcome) == [.critical, .skipped, .skipped, .ok])
        #expect(report.tasks[1].summary == "it needs a: a ended critical")
        #expect(report.outcome == .critical)
        let some = try await stage.runner().run(
            stage.checklist(tasks), .init(trigger: .manual, onlyTasks: ["b"]), observer: SilentObserver())
        #expect(some.tasks.map(\.outcome) == [.ok])
    }

    @Test("tries again after a failure, and tells so")
    func retry() async throws {
        let stage = try Stage([
            "flaky": "echo x >> $STAGE/tries; [ $(wc -l < $STAGE/tries) -ge 3 ] && say ok third; say critical no"
        ])
        let notes = Notes()
        let retry = RetryPolicy(attempts: 5, delay: TimeSpan(.milliseconds(1)), backoff: 2)
        let report = try await stage.runner().run(
            stage.checklist([.of("flaky", retry: retry)]), .init(trigger: .manual), observer: notes)
        #expect(report.tasks.first?.attempts == 3)
        #expect(report.outcome == .ok)
        #expect(
            notes.all.filter { $0.hasPrefix("retry") || $0.hasPrefix("task") } == [
                "task flaky 1", "retry flaky", "task flaky 2", "retry flaky", "task flaky 3",
            ])
    }

    @Test("does not wait for a try that the run's time limit forbids")
    func retryWithinRun() async throws {
        let stage = try Stage(["bad": "say critical no"])
        let retry = RetryPolicy(attempts: 5, delay: TimeSpan(.seconds(600)), backoff: 1)
        let report = try await stage.runner().run(
            stage.checklist([.of("bad", retry: retry)]), .init(trigger: .manual), observer: SilentObserver())
        #expect(report.tasks.first?.attempts == 1)
    }

    @Test("a task that overstays is ended by its own limit, and the next one runs")
    func taskLimit() async throws {
        let stage = try Stage(["slow": "sleep 600", "good": "say ok fine"])
        let report = try await stage.runner().run(
            stage.checklist([.of("slow", timeLimit: 0.3), .of("good")]), .init(trigger: .manual),
            observer: SilentObserver())
        #expect(report.tasks.map(\.outcome) == [.critical, .ok])
        #expect(report.tasks[0].summary.contains("longer than its time limit"))
        #expect(try await stage.isLeftByAll())
    }

    @Test("a run that overstays ends its task by the run's limit, and skips the rest")
    func runLimit() async throws {
        let stage = try Stage(["slow": "trap '' TERM; sleep 600; sleep 600", "good": "say ok fine"])
        let report = try await stage.runner().run(
            stage.checklist([.of("slow"), .of("good")], timeLimit: 0.3), .init(trigger: .manual),
            observer: SilentObserver())
        #expect(report.tasks.map(\.outcome) == [.critical, .skipped])
        #expect(report.tasks[0].summary.contains("the run's time limit"))
        #expect(report.tasks[1].summary.contains("the run's time limit"))
        #expect(report.outcome == .critical)
        #expect(try await stage.isLeftByAll())
    }

    @Test("a cancelled run is recorded as interrupted, with the rest skipped and nothing left behind")
    func cancelled() async throws {
        let stage = try Stage(["slow": "echo up > $STAGE/up; sleep 600", "good": "say ok fine"])
        let runner = try stage.runner()
        let checklist = stage.checklist([.of("slow"), .of("good")])
        let report = try await withThrowingTaskGroup(of: RunReport?.self) { group in
            group.addTask { try await runner.run(checklist, .init(trigger: .manual), observer: SilentObserver()) }
            group.addTask {
                _ = try await stage.appears("up")
                return nil
            }
            var report: RunReport?
            while let next = try await group.next() {
                report = report ?? next
                group.cancelAll()
            }
            return try #require(report)
        }
        #expect(report.outcome == .unknown)
        #expect(report.interruption == "it was told to stop")
        #expect(report.tasks.map(\.outcome) == [.unknown, .skipped])
        #expect(try stage.reports.read(report.run).interruption == report.interruption)
        #expect(try stage.store.unended(checklist: "daily").isEmpty)
        #expect(try await stage.isLeftByAll())
    }

    @Test("a dry run asks only plugins that can, records nothing and leaves nothing")
    func dryRun() async throws {
        let stage = try Stage(["good": "say ok would"], dryRun: true)
        let report = try await stage.runner().run(
            stage.checklist([.of("good"), .of("other", plugin: "good")]), .init(trigger: .manual, isDryRun: true),
            observer: SilentObserver())
        #expect(report.outcome == .ok && report.dryRun)
        #expect(try stage.store.runs(limit: 10).isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: stage.settings.scratchFolder.string).isEmpty)
        let careless = try Stage(["good": "say ok did"])
        let skipped = try await careless.runner().run(
            careless.checklist([.of("good")]), .init(trigger: .manual, isDryRun: true), observer: SilentObserver())
        #expect(skipped.tasks.map(\.outcome) == [.skipped])
    }

    @Test("runs of one second have names of their own, also where a report is left of an earlier store")
    func names() async throws {
        let stage = try Stage(["good": "say ok fine"])
        let clock = StoppedClock(Date(timeIntervalSince1970: 1_800_000_000))
        let checklist = stage.checklist([.of("good")])
        func run() async throws -> String {
            try await ChecklistRunner(settings: stage.settings, store: stage.store, clock: clock)
                .run(checklist, .init(trigger: .manual), observer: SilentObserver()).run.rawValue
        }
        #expect(try await run() == "daily-20270115-080000")
        #expect(try await run() == "daily-20270115-080000-2")
        for name in ["runs.db", "runs.db-wal", "runs.db-shm"] {
            // Only the first is there for certain.
            try? FileManager.default.removeItem(atPath: stage.settings.stateFolder.appending(name).string)
        }
        #expect(try await run() == "daily-20270115-080000-3")
    }

    @Test("a task that is not in the checklist is refused by name")
    func unknownTask() async throws {
        let stage = try Stage(["good": "say ok fine"])
        let error = await #expect(throws: RunError.self) {
            try await stage.runner().run(
                stage.checklist([.of("good")]), .init(trigger: .manual, onlyTasks: ["god"]), observer: SilentObserver())
        }
        #expect(error?.description == "daily has no task 'god'; it has: good")
    }
}

/// A clock that stands still.
struct StoppedClock: WallClock {
    let now: Date
    init(_ now: Date) { self.now = now }
    func sleep(until deadline: Date) async throws {}
}
