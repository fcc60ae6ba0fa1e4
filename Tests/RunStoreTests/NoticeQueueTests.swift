import Foundation
import GRDB
import Maintenance
import RunStore
import SystemPackage
import Testing

@Suite("The queue of messages", .timeLimit(.minutes(2)))
struct NoticeQueueTests {
    private func notice(_ text: String = "text") -> Notice {
        Notice(
            id: UUID().uuidString, kind: .failure, rule: "all", thread: "t", opensThread: true, host: "h", at: noon,
            outcome: .critical, subject: "subject", text: text, items: [])
    }

    private func enqueue(_ store: RunStore, _ topic: String, to target: String = "ops") throws {
        try store.noticing(at: noon) {
            try $0.enqueue(Dispatch(target: .channel(target), topic: topic, content: .notice(notice())))
        }
    }

    @Test("holds so many messages of a topic, and the newest knows of those that it stands for")
    func topics() throws {
        let store = try StoreFolder().open()
        for _ in 0..<12 { try enqueue(store, "run:weekly") }
        try enqueue(store, "run:daily")
        try enqueue(store, "run:weekly", to: "other")
        let waiting = try store.waitingDispatches(for: .channel("ops"), at: noon)
        #expect(waiting.map(\.dispatch.topic) == Array(repeating: "run:weekly", count: 5) + ["run:daily"])
        #expect(waiting.map(\.absorbed).reduce(0, +) == 7)
        #expect(try store.dispatchCount(.merged) == 7)
    }

    @Test("holds so many messages of a target, and so many that are settled, however long a server is gone")
    func bounds() throws {
        let store = try StoreFolder().open()
        for index in 0..<1200 { try enqueue(store, "run:\(index)") }
        #expect(try store.dispatchCount(.waiting) == NoticeTransaction.Limits.target)
        #expect(try store.dispatchCount(.givenUp) <= NoticeTransaction.Limits.settled)
        let waiting = try store.waitingDispatches(for: .channel("ops"), at: noon, limit: 2)
        #expect(waiting.map(\.dispatch.topic) == ["run:700", "run:701"])
        for queued in try store.dispatches(state: .waiting) {
            try store.settle(queued, .delivered(answer: "ok"), at: noon)
        }
        #expect(try store.dispatches(limit: 10_000).count == NoticeTransaction.Limits.settled)
    }

    @Test("a message comes back as it was put in, also through a restart")
    func roundTrip() throws {
        let folder = StoreFolder()
        let item = Notice.Item(
            kind: .recovery, subject: .missed, name: "weekly", title: "W\n€", service: nil, outcome: .ok, was: .warning,
            since: noon, failures: 3, run: RunIdentifier(rawValue: "weekly-1"),
            findings: [.init(name: "a", outcome: .unknown, summary: "\u{0}\"")])
        var notice = notice("one\ntwo\r\n\u{2028}")
        notice.items = [item]
        let run = try unwrap(RunIdentifier(rawValue: "x"))
        let ping = OutgoingPing(signal: .status(3), run: run, runKey: "k", text: "t")
        try folder.open().noticing(at: noon) { step in
            try step.enqueue(Dispatch(target: .channel("a:b"), topic: "x", content: .notice(notice)))
            try step.enqueue(Dispatch(target: .pings("p"), topic: "x", content: .ping(ping)))
        }
        let found = try folder.open().dispatches().map(\.dispatch)
        #expect(found.map(\.content) == [.ping(ping), .notice(notice)])
        #expect(found.map(\.target) == [.pings("p"), .channel("a:b")])
    }

    @Test("a message that cannot be read is given up, and holds up no other")
    func damaged() throws {
        let folder = StoreFolder()
        let store = try folder.open()
        try enqueue(store, "run:a")
        try enqueue(store, "run:b")
        try DatabaseQueue(path: folder.path.string).write { database in
            try database.execute(sql: "UPDATE dispatch SET content = '{\"later\":1}' WHERE topic = 'run:a'")
        }
        let waiting = try store.waitingDispatches(for: .channel("ops"), at: noon)
        #expect(waiting.map(\.dispatch.topic) == ["run:b"])
        #expect(try store.dispatchCount(.givenUp) == 1)
    }

    @Test("where one step fails nothing of it is kept")
    func whole() throws {
        let store = try StoreFolder().open()
        #expect(throws: RunStoreError.self) {
            try store.noticing(at: noon) { step in
                try step.enqueue(Dispatch(target: .channel("ops"), topic: "x", content: .notice(notice())))
                throw Missing()
            }
        }
        #expect(try store.dispatches().isEmpty)
    }

    @Test("a message merged while it was under way counts as delivered where it arrived")
    func arrivedAfterAll() throws {
        let store = try StoreFolder().open()
        try enqueue(store, "run:a")
        let first = try unwrap(try store.waitingDispatches(for: .channel("ops"), at: noon).first)
        for _ in 0..<5 { try enqueue(store, "run:a") }
        try store.settle(first, .retry(at: noon, answer: "no", remaining: nil), at: noon)
        #expect(try store.dispatchCount(.merged) == 1)
        try store.settle(first, .delivered(answer: "ok"), at: noon)
        #expect(try store.dispatchCount(.merged) == 0)
    }
}

@Suite("News of runs and firings", .timeLimit(.minutes(2)))
struct NoticeNewsTests {
    @Test("are kept only while somebody is to be told, whoever ran it")
    func watching() throws {
        let folder = StoreFolder()
        let store = try folder.open()
        func run() throws -> RunIdentifier {
            var report = try report()
            report.run = try store.begin(report, timeZone: .gmt)
            try store.end(report)
            try store.end(report)
            return report.run
        }
        _ = try run()
        #expect(try store.runNews().isEmpty)
        try folder.open().watchForNotices(true)
        let second = try run()
        let news = try store.runNews()
        #expect(news.map(\.run) == [second, second] && news.map(\.hasEnded) == [false, true])
        let (first, again) = try store.noticing(at: noon) { (try $0.take(news[0]), try $0.take(news[0])) }
        #expect(first && !again)
        try store.watchForNotices(false)
        #expect(try store.runNews().isEmpty)
    }

    @Test("of firings are one row a checklist, and only of those that were lost")
    func firings() throws {
        let store = try StoreFolder().open()
        try store.watchForNotices(true)
        var rows = (0..<1000).map { claim(Double($0) * 60, state: .missed) }
        rows += [claim(-60, state: .merged), claim(-120, state: .skipped), claim(-180)]
        rows[0].reason = "first"
        rows[1001].reason = "paused: holiday"
        #expect(try store.enter(rows).count == rows.count)
        // Entered twice, told once.
        #expect(try store.enter(rows).isEmpty)
        var late = claim(-180, state: .skipped)
        late.reason = "overlap: it ran"
        try store.settle(late)
        #expect(try store.checklistsWithFiringNews() == ["daily"])
        let news = try unwrap(try store.noticing(at: noon) { try $0.takeFirings(of: "daily") })
        #expect(news.missed == 1000 && news.skipped == 1)
        #expect(news.first == noon.addingTimeInterval(-180) && news.last == noon.addingTimeInterval(999 * 60))
        #expect(news.reason == "overlap: it ran")
        #expect(try store.checklistsWithFiringNews().isEmpty)
    }

    @Test("a store of an earlier version gets its tables, and what it holds is no news")
    func migration() throws {
        let folder = StoreFolder()
        do {
            let store = try folder.open()
            _ = try store.begin(try report(), timeZone: .gmt)
        }
        try DatabaseQueue(path: folder.path.string).write { database in
            for table in ["notice_watch", "run_news", "firing_news", "alert", "dispatch"] {
                try database.execute(sql: "DROP TABLE \(table)")
            }
            for trigger in [
                "news_of_run_begun", "news_of_run_ended", "news_of_firing_entered", "news_of_firing_settled",
            ] {
                try database.execute(sql: "DROP TRIGGER \(trigger)")
            }
            try database.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = '4: notices'")
        }
        let store = try folder.open()
        try store.watchForNotices(true)
        #expect(try store.runNews().isEmpty)
        #expect(try store.runs(limit: 10).count == 1)
    }
}
