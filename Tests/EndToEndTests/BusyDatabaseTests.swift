import Foundation
import GRDB
import Glibc
import Testing

/// A backup while others write.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct BusyDatabaseTests {
    @Test("a backup ends while another process commits every 5 ms, and has every row committed before it began")
    func busy() async throws {
        let instance = try await TestInstance(users: 20_000)
        defer { instance.remove() }
        let writer = try Program(
            "python3",
            [
                "-c",
                """
                import sqlite3, time
                c = sqlite3.connect('api/test.db', isolation_level=None, timeout=10)
                n = 0
                while True:
                    n += 1
                    c.execute("INSERT INTO users (name, email, created_at) VALUES ('w', 'w%d@example.org', '2026-11-21 00:00:00')" % n)
                    if n == 20: print('Listening on busy', flush=True)
                    time.sleep(0.005)
                """,
            ], in: instance.folder)
        defer { writer.signal(SIGKILL) }
        _ = try await instance.address(of: writer)
        let live = try DatabaseQueue(path: instance.database)
        for _ in 0..<3 {
            let before = try await live.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM users") } ?? 0
            let run = try await instance.ronde("run", "daily", "--task", "backup")
            #expect(run.status == 0, "\(run)")
            let after = try await live.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM users") } ?? 0
            let newest = try #require(
                instance.names(in: "backups").filter { $0.hasSuffix(".db.gz") }.max())
            let restored = try await instance.unpack("\(instance.backups)/\(newest)")
            let rows = try await restored.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM users") } ?? 0
            #expect(rows >= before && rows <= after && after > before, "\(before) \(rows) \(after)")
        }
    }

    @Test("the seven newest days are kept, and no more, with a reason each")
    func retention() async throws {
        let instance = try await TestInstance(users: 50)
        defer { instance.remove() }
        for _ in 0..<3 { #expect(try await instance.ronde("run", "daily", "--task", "backup").status == 0) }
        // Three of one day: only the newest of the day stays.
        #expect(instance.names(in: "backups").filter { $0.hasSuffix(".db.gz") }.count == 1)
        let report = try await instance.ronde("reports", "show", "daily")
        #expect(report.output.contains("kept test_"), "\(report.output)")
        #expect(report.output.contains("removed test_"), "\(report.output)")
    }
}
