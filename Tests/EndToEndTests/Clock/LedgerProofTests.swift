import Foundation
import GRDB
import Glibc
import Testing

/// The promise of the ledger, to a real daemon that is killed, stopped and started while its clock is set about.
@Suite(.serialized, .timeLimit(.minutes(30)))
struct LedgerProofTests {
    static let rounds = ProcessInfo.processInfo.environment["RONDE_LONG_TESTS"] == nil ? 14 : 150
    /// 1 March 2026, 12:00 UTC.
    private static let start = Date(timeIntervalSince1970: 1_772_366_400)

    /// When each schedule is due, told apart from the code under test: in UTC, where these are plain arithmetic.
    private static let schedules: [(name: String, cron: String, isDue: @Sendable (Int) -> Bool)] = [
        ("half-hourly", "*/30 * * * *", { $0 % 1800 == 0 }),
        ("daily", "0 2 * * *", { $0 % 86_400 == 7200 }),
        // 1 January 1970 was a Thursday.
        ("weekly", "0 3 * * 0", { $0 % 604_800 == 3 * 86_400 + 10_800 }),
    ]

    /// By how many seconds the clock is set, forth or back: from a minute to two years.
    private static let steps: [Double] = [60, 3600, 86_400, 30 * 86_400, 365 * 86_400, 2 * 365 * 86_400]

    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test("every firing has one row, and runs at most once, however the daemon and the clock are treated")
    func proof() async throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        let instance = try await TestInstance(users: 10)
        defer { instance.remove() }
        for name in instance.names(in: "schedules") {
            try FileManager.default.removeItem(atPath: instance.folder + "/schedules/" + name)
        }
        for (name, cron, _) in Self.schedules {
            try instance.schedule(
                name,
                """
                checklist: \(name)
                service: api
                schedule: {cron: "\(cron)", timezone: UTC, overlap: queue_all}
                tasks: [{task: check, plugin: integrity}]
                """)
        }
        let clock = try await MovableClock(in: instance.folder, start: Self.start)
        var dice = Dice(state: seed)
        var (offset, furthest) = (0.0, 0.0)
        var daemon = try instance.start(["daemon"], environment: clock.environment())
        defer { daemon.signal(SIGKILL) }
        try await watching(instance)
        let watchedSince = try since(instance)
        for _ in 0..<Self.rounds {
            let step = Self.steps.randomElement(using: &dice) ?? 60
            // Never long before it began: what lies there was never called for.
            offset = max(offset + (Bool.random(using: &dice) ? step : -step), -86_400)
            furthest = max(furthest, offset)
            try clock.set(offset: offset)
            switch Int.random(in: 0..<4, using: &dice) {
            case 0:
                daemon.signal(SIGHUP)
            case 1:
                daemon.signal(SIGTERM)
                _ = try await daemon.wait(atMost: .seconds(60))
                daemon = try instance.start(["daemon"], environment: clock.environment())
            default:
                daemon.signal(SIGHUP)
                try await Task.sleep(for: .milliseconds(Int.random(in: 0..<900, using: &dice)))
                daemon.signal(SIGKILL)
                _ = try await daemon.wait()
                daemon = try instance.start(["daemon"], environment: clock.environment())
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 0..<1500, using: &dice)))
        }
        // A day later than any clock that it saw.
        try clock.set(offset: furthest + 86_400)
        daemon.signal(SIGTERM)
        _ = try await daemon.wait(atMost: .seconds(60))
        daemon = try instance.start(["daemon"], environment: clock.environment())
        let end = Self.start.timeIntervalSince1970 + furthest + 86_400
        try await until("all firings are settled", atMost: .seconds(120)) {
            try daemon.errors.contains("watching") && !open(instance, at: end)
        }
        daemon.signal(SIGTERM)
        let ending = try await daemon.wait(atMost: .seconds(60))
        #expect(ending.status == 0, "\(ending.status): \(ending.errors.suffix(2000))")
        try check(instance, from: watchedSince, seed)
    }

    private func store(_ instance: TestInstance) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        return try DatabaseQueue(path: instance.folder + "/state/runs.db", configuration: configuration)
    }

    private func watching(_ instance: TestInstance) async throws {
        try await until("the schedules are watched", atMost: .seconds(60)) {
            // Before the store is made there is nothing to read.
            (try? store(instance).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM schedule") })
                == Self.schedules.count
        }
    }

    private func since(_ instance: TestInstance) throws -> Int {
        try store(instance).read { try Int.fetchOne($0, sql: "SELECT max(watched_since) FROM schedule") ?? 0 }
    }

    /// Whether there is something still to be entered or to end.
    private func open(_ instance: TestInstance, at end: Double) throws -> Bool {
        try store(instance).read { database in
            let running = try Int.fetchOne(database, sql: "SELECT count(*) FROM firing WHERE state = 'running'") ?? 1
            // What was entered before the clock was set for the last time does not count: an hour is enough for the one
            // that is due every half hour, and is entered together with the others.
            let entered = try Int.fetchOne(database, sql: "SELECT max(entered_until) FROM schedule") ?? 0
            return running > 0 || Double(entered) < (end - 3600) * 1000
        }
    }

    private func check(_ instance: TestInstance, from watchedSince: Int, _ seed: UInt64) throws {
        try store(instance).read { database in
            for (name, _, isDue) in Self.schedules {
                let until =
                    try Int.fetchOne(
                        database, sql: "SELECT entered_until FROM schedule WHERE checklist = ?", arguments: [name]) ?? 0
                let rows = try Int.fetchAll(
                    database,
                    sql: """
                        SELECT nominal_time / 1000 FROM firing WHERE checklist = ? AND nominal_time > ?
                        ORDER BY nominal_time
                        """, arguments: [name, watchedSince])
                // All are due at a full or half hour.
                let first = (watchedSince / 1000 / 1800 + 1) * 1800
                let due = stride(from: first, through: until / 1000, by: 1800).filter(isDue)
                #expect(rows.count == Set(rows).count)
                #expect(Set(due).subtracting(rows).isEmpty, "\(name) lost firings, seed \(seed)")
                #expect(Set(rows).subtracting(due).isEmpty, "\(name) has rows of no firing, seed \(seed)")
            }
            let states = try String.fetchAll(database, sql: "SELECT DISTINCT state FROM firing")
            #expect(Set(states).isSubset(of: ["ran", "late", "merged", "missed", "skipped"]), "seed \(seed)")
            let twice = try Int.fetchOne(
                database,
                sql: """
                    SELECT count(*) FROM (SELECT 1 FROM run WHERE trigger <> 'manual'
                    GROUP BY checklist, nominal_time HAVING count(*) > 1)
                    """)
            #expect(twice == 0, "seed \(seed)")
            let unended = try Int.fetchOne(database, sql: "SELECT count(*) FROM run WHERE ended_at IS NULL")
            #expect(unended == 0, "seed \(seed)")
            let ran = try Int.fetchOne(database, sql: "SELECT count(*) FROM run") ?? 0
            #expect(ran > 0, "nothing ran, seed \(seed)")
        }
    }
}
