import Foundation
import Maintenance
import Reports
import RunStore
import SystemPackage
import Testing

@testable import Notifications

@Suite("The notifier", .timeLimit(.minutes(2)))
struct NotifierTests {
    @Test("with nothing but a channel tells the first failure, changes, the end, and once a day what goes on")
    func usual() throws {
        let scene = try Scene()
        try scene.run(.ok)
        #expect(try scene.told().isEmpty)
        try scene.run(.ok, .critical)
        #expect(try scene.told() == ["[api] weekly: critical: integrity"])
        try scene.run(.ok, .critical)
        #expect(try scene.told().isEmpty)
        try scene.run(.unknown, .warning)
        #expect(try scene.told() == ["[api] weekly: unknown (was critical): backup, integrity"])
        scene.clock.advance(86_400)
        #expect(try scene.told() == ["[api] weekly: still unknown: backup, integrity"])
        #expect(try scene.told().isEmpty)
        try scene.run(.ok)
        #expect(try scene.told() == ["[api] weekly: ok again (was unknown)"])
        #expect(try scene.store.alerts().isEmpty)
    }

    @Test("writes what a person on the way wants to know")
    func words() throws {
        let scene = try Scene()
        try scene.run(.warning, .critical)
        scene.clock.advance(3600)
        try scene.run(.warning, .critical)
        try scene.notifier.keepUp()
        let notice = try #require(try scene.notices().first)
        #expect(
            notice.text == """
                Weekly maintenance of api on host1 ended critical.

                integrity: critical: integrity found trouble
                backup: warning: backup found trouble

                Since 2026-06-10 12:01 +02:00. Its last run is weekly-20260610-120000.

                See more:         ronde reports show weekly-20260610-120000
                Say you know it:  ronde acknowledge weekly
                """)
        #expect(notice.kind == .failure && notice.outcome == .critical && notice.opensThread)
        scene.clock.advance(86_400)
        #expect(try scene.told().count == 1)
        let reminder = try #require(try scene.notices().last)
        #expect(reminder.text.contains("Since 2026-06-10 12:01 +02:00 (2 times in a row, 1 h 01 m)."))
        #expect(reminder.thread == notice.thread && !reminder.opensThread && reminder.id != notice.id)
    }

    @Test("learns of runs that other processes ran, and of all that happened while none looked")
    func outbox() throws {
        let scene = try Scene()
        try scene.run(.critical)
        // The process that ran it was killed at once; another one begins.
        let (_, notifier) = try scene.restarted()
        try notifier.keepUp()
        #expect(try scene.notices().count == 1)
        try scene.notifier.keepUp()
        try notifier.keepUp()
        #expect(try scene.notices().count == 1)
    }

    @Test("several processes that read the same news tell them once")
    func once() async throws {
        let scene = try Scene()
        let others = try (0..<4).map { _ in try scene.restarted().notifier }
        for _ in 0..<10 { try scene.run(.critical, checklist: "c\(Int.random(in: 0..<1_000_000))") }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for other in others { group.addTask { @concurrent in try other.keepUp() } }
            try await group.waitForAll()
        }
        #expect(try scene.notices().count == 10)
    }

    @Test("says nothing of runs of some tasks by hand, and of what was before anybody was to be told")
    func partial() throws {
        let scene = try Scene(.none)
        try scene.run(.critical)
        try scene.notifier.use(Scene.settings(), checklists: [], timeZone: paris)
        #expect(try scene.told().isEmpty)
        let (_, notifier) = try scene.restarted()
        try scene.run(.critical, trigger: .manual, only: ["backup"])
        try notifier.keepUp()
        #expect(try scene.notices().isEmpty)
        try scene.run(.critical, trigger: .manual)
        try notifier.keepUp()
        #expect(try scene.notices().count == 1)
        #expect(try scene.notices().first?.text.contains("It was run by hand.") == true)
    }

    @Test("rules choose by checklist, task, outcome and event, and each sees an alert on its own")
    func rules() throws {
        let rules = [
            NoticeRule(name: "backups", tasks: ["backup"], channels: ["a"]),
            NoticeRule(name: "others", checklists: ["daily"], channels: ["b"]),
            NoticeRule(name: "late", outcomes: [.critical], channels: ["c"], after: 2),
        ]
        let scene = try Scene(Scene.settings(rules, channels: ["a", "b", "c"]))
        func targets() throws -> [String] {
            let before = try scene.store.dispatches().count
            try scene.notifier.keepUp()
            let all = try scene.store.dispatches().reversed().map(\.dispatch.target.key)
            return Array(all.dropFirst(before))
        }
        try scene.run(.ok, .critical)
        #expect(try targets() == [])
        try scene.run(.critical, .critical)
        #expect(try targets() == ["channel:a", "channel:c"])
        try scene.run(.ok, .critical)
        #expect(try targets() == ["channel:a"])
        try scene.run(.skipped, .critical)
        #expect(try targets() == [])
        try scene.run(.warning, checklist: "daily")
        #expect(try targets() == ["channel:a", "channel:b"])
    }

    @Test("tells of missed firings in one message, and when the checklist runs again")
    func missed() throws {
        let scene = try Scene()
        let rows = (0..<500).map { index in
            FiringRecord(
                checklist: "weekly", nominalTime: scene.clock.now.addingTimeInterval(Double(index) * 60),
                state: index == 7 ? .skipped : .missed, reason: index == 7 ? "paused: holiday" : "nothing ran",
                run: nil)
        }
        try scene.enter(rows)
        #expect(try scene.told() == ["[host1] weekly: missed"])
        let text = try #require(try scene.notices().first?.text)
        #expect(text.contains("Firings that came to no run: 499 missed, from 2026-06-10 12:00 to 2026-06-10 20:19."))
        try scene.run(.ok)
        #expect(try scene.told() == ["[api] weekly: runs again (was missed)"])
    }

    @Test("firings skipped for an overlap are told to those who ask for them")
    func skipped() throws {
        let settings = Scene.settings([NoticeRule(name: "all", events: Set(NoticeEvent.allCases))])
        for (scene, count) in [(try Scene(), 0), (try Scene(settings), 1)] {
            var firing = FiringRecord(
                checklist: "weekly", nominalTime: scene.clock.now, state: .running, reason: nil, run: nil)
            try scene.enter([firing])
            (firing.state, firing.reason) = (.skipped, "overlap: the run before had not ended")
            try scene.store.settle(firing)
            #expect(try scene.told().count == count)
        }
    }

    @Test("what was held in the night comes as one message in the morning")
    func morning() throws {
        var rule = NoticeRule.usual
        rule.quiet = QuietHours(start: 22 * 60, end: 7 * 60, timeZone: paris)
        let scene = try Scene(Scene.settings([rule]), at: "2026-06-10T21:30:00+02:00")
        try scene.run(.warning, checklist: "early")
        #expect(try scene.told().count == 1)
        scene.clock.set(try instant("2026-06-10T23:00:00+02:00"))
        try scene.run(.ok, checklist: "early")
        try scene.run(.critical, checklist: "weekly")
        try scene.run(.critical, checklist: "passing")
        try scene.run(.ok, checklist: "passing")
        try scene.notifier.tell(expectation: "nas", title: "The NAS", .overdue("no ping since noon"))
        #expect(try scene.told().isEmpty)
        scene.clock.set(try instant("2026-06-11T07:00:00+02:00"))
        #expect(try scene.told() == ["[host1] 3 alerts: 2 of them bad, 1 over"])
        let notice = try #require(try scene.notices().last)
        #expect(notice.kind == .summary && notice.outcome == .critical)
        #expect(notice.items.map(\.name) == ["nas", "weekly", "early"])
        #expect(notice.text.contains("- [host1] nas: no sign of life\n- [api] weekly: critical: backup\n"))
        #expect(notice.text.contains("[api] early: ok again (was warning)"))
        #expect(try scene.told().isEmpty)
    }

    @Test("an acknowledgement from another process silences what goes on")
    func acknowledged() throws {
        let scene = try Scene()
        try scene.run(.critical)
        #expect(try scene.told().count == 1)
        let other = try scene.restarted().notifier
        #expect(try other.acknowledge("weekly", note: "on it").map(\.rule) == ["all"])
        #expect(try other.acknowledge("daily", note: nil).isEmpty)
        scene.clock.advance(5 * 86_400)
        #expect(try scene.told().isEmpty)
        try scene.run(.warning)
        #expect(try scene.told() == ["[api] weekly: warning (was critical): backup"])
    }

    @Test("alerts of rules that are gone are forgotten, and with nobody to tell nothing is kept")
    func reload() throws {
        let scene = try Scene(Scene.settings([NoticeRule(name: "a"), NoticeRule(name: "b")]))
        try scene.run(.critical)
        #expect(try scene.told().count == 2)
        try scene.notifier.use(Scene.settings([NoticeRule(name: "b")]), checklists: [], timeZone: paris)
        #expect(try scene.store.alerts().map(\.rule) == ["b"])
        try scene.run(.critical)
        try scene.notifier.use(.none, checklists: [], timeZone: paris)
        #expect(try scene.store.alerts().isEmpty)
        try scene.run(.critical)
        #expect(try scene.store.runNews().isEmpty)
    }

    @Test("a run whose report is damaged is unknown; one whose report is gone is passed over")
    func damaged() throws {
        let scene = try Scene()
        let first = try scene.run(.ok)
        try Data("{".utf8).write(
            to: URL(fileURLWithPath: scene.reports.path(of: first.run).appending("report.json").string))
        #expect(try scene.told() == ["[host1] weekly: unknown"])
        let second = try scene.run(.critical)
        try FileManager.default.removeItem(atPath: scene.reports.path(of: second.run).string)
        #expect(try scene.told().isEmpty)
        #expect(try scene.store.runNews().isEmpty)
    }

    @Test("an interrupted run is told with what is known")
    func interrupted() throws {
        let scene = try Scene()
        var report = try scene.begin()
        report.interruption = "the process that ran it ended before it was done"
        try scene.end(report)
        #expect(try scene.told() == ["[api] weekly: unknown"])
        #expect(try scene.notices().last?.text.contains("It was interrupted: the process that ran it") == true)
    }

    @Test("the configuration is faulty, then in order; the same mistakes again are no news")
    func configuration() throws {
        let scene = try Scene()
        for mistakes in [["a.yaml:1:1: error: no"], ["a.yaml:1:1: error: no"], [], []] {
            try scene.notifier.tell(configurationMistakes: mistakes)
        }
        let notices = try scene.notices()
        #expect(
            notices.map(\.subject) == [
                "[host1] configuration: faulty", "[host1] configuration: in order again (was faulty)",
            ])
        #expect(notices.first?.text.contains("a.yaml:1:1: error: no") == true)
    }

    @Test("what tasks say cannot become lines of its own")
    func hostile() throws {
        let scene = try Scene()
        var report = try scene.begin()
        report.title = "Weekly\r\nBcc: everybody@example.org"
        report.outcome = .critical
        report.tasks = (0..<1000).map { index in
            TaskReport(
                task: "t\(index)", title: "t", plugin: "p", outcome: .critical,
                summary: String(repeating: "x\r\nBcc: a@b\u{0}\u{202E}", count: 500))
        }
        try scene.end(report)
        #expect(try scene.told() == ["[api] weekly: critical: t0, t1, t2, t3 and 8 more"])
        let notice = try #require(try scene.notices().last)
        #expect(!notice.subject.contains("\n") && !notice.text.contains("\r") && !notice.text.contains("\nBcc"))
        #expect(notice.text.utf8.count < 16_000)
        #expect(notice.text.contains("and 988 more"))
    }
}
