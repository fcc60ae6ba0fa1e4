import DatabasePluginTesting
import Foundation
import GRDBSQLite
import Glibc
import Maintenance
import PluginKit
import Synchronization
import SystemPackage
import Testing

@Suite("A vacuum beside other users of the database", .enabled(if: Neighbour.exists, "needs python3 with sqlite3"))
struct VacuumBesideOthersTests {
    @Test(
        "waits for a lock as long as it may, then ends critical and has changed nothing",
        arguments: [("wal", "BEGIN IMMEDIATE"), ("delete", "BEGIN IMMEDIATE"), ("delete", "BEGIN EXCLUSIVE")])
    func busy(_ journal: String, _ begin: String) async throws {
        let trial = try Trial()
        try trial.makeSparse(journal: journal)
        let neighbour = try Neighbour.holding(begin, at: trial.database)
        let files = try trial.files()
        let record = try await trial.perform("busy_timeout: 300ms")
        #expect(record.outcome == .critical)
        #expect(record.summary.contains(trial.database.string) && record.summary.contains("lock"), "\(record.summary)")
        #expect(record.summary.contains("0.3 s"), "\(record.summary)")
        #expect(record.duration >= .milliseconds(300) && record.duration < .seconds(30))
        #expect(try trial.files() == files)
        try neighbour.release()
        #expect(try await trial.perform("busy_timeout: 10s").outcome == .ok)
    }

    @Test(
        "goes on as soon as the lock is free",
        arguments: [("wal", "BEGIN IMMEDIATE"), ("delete", "BEGIN IMMEDIATE"), ("delete", "BEGIN EXCLUSIVE")])
    func patient(_ journal: String, _ begin: String) async throws {
        let trial = try Trial()
        try trial.makeSparse(journal: journal)
        let neighbour = try Neighbour.holding(begin, at: trial.database)
        let work = Task { try await trial.perform("busy_timeout: 50s") }
        try await onThread {
            try waitUntilOpen(trial.database)
            try neighbour.release()
        }
        let record = try await work.value
        #expect(record.outcome == .ok && record.summary.contains("given back"), "\(record.summary)")
        #expect(record.duration < .seconds(50))
    }

    @Test("a wait for a lock ends before the deadline") func deadline() async throws {
        let trial = try Trial()
        try trial.makeSparse()
        let neighbour = try Neighbour.holding("BEGIN IMMEDIATE", at: trial.database)
        let end = Date(timeIntervalSinceNow: 2)
        let record = try await trial.perform("busy_timeout: 60s", within: 2)
        #expect(record.outcome == .critical && Date() < end)
        #expect(record.summary.contains("locked") && record.summary.contains("time"), "\(record.summary)")
        try neighbour.release()
        #expect(try trial.number("PRAGMA freelist_count") == record.measured("free_pages_before"))
    }

    @Test("a long reader of a WAL database is not disturbed, and it is said when the file will shrink")
    func longReader() async throws {
        let trial = try Trial()
        try trial.makeSparse()
        let reader = try Neighbour.holding("BEGIN; SELECT count(*) FROM items", at: trial.database)
        let size = try #require(try trial.files()["app.db"]?.count)
        // So that the reader's state is not the last one.
        try trial.sql("DELETE FROM items WHERE id > 100")
        let record = try await trial.perform("busy_timeout: 1s")
        #expect(record.outcome == .ok)
        #expect(record.summary.contains("free at the next checkpoint") && record.summary.count <= 80)
        #expect(record.log.contains { $0.message.contains("a reader holds an older state") })
        #expect(try trial.files()["app.db"]?.count == size)
        try reader.release()
        try trial.sql("PRAGMA wal_checkpoint")
        #expect(try (trial.files()["app.db"]?.count).map(Double.init) == record.measured("database_size"))
        #expect(try trial.sql("SELECT count(*) FROM items") == "100")
    }

    @Test("a reader of a database with a rollback journal is waited for") func readerOfJournal() async throws {
        let trial = try Trial()
        try trial.makeSparse(journal: "delete")
        let reader = try Neighbour.holding("BEGIN; SELECT count(*) FROM items", at: trial.database)
        let record = try await trial.perform("busy_timeout: 300ms")
        #expect(record.outcome == .critical && record.summary.contains("for all of 0.3 s"), "\(record.summary)")
        try reader.release()
        #expect(try await trial.perform().outcome == .ok)
    }

    @Test("no row of a service that goes on writing is lost", arguments: ["wal", "delete"])
    func liveWriter(_ journal: String) async throws {
        let trial = try Trial()
        try trial.makeSparse(journal: journal)
        let writer = try Neighbour(
            """
            db = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
            rows = 0
            while True:
                db.execute("INSERT INTO items(note) VALUES (randomblob(50))")
                rows += 1
                if rows == 1: print("ready", flush=True)
                # Room for others: SQLite's locks have no queue.
                if select.select([sys.stdin], [], [], 0.001)[0]: break
            print(rows)
            """, at: trial.database)
        let record = try await trial.perform("when: always")
        let said = try writer.release()
        let written = try #require(Int(said))
        #expect(record.outcome == .ok, "\(record.summary)")
        #expect(try trial.sql("SELECT count(*) FROM items") == "\(200 + written)")
        #expect(try trial.sql("PRAGMA integrity_check") == "ok")
        let (before, after) = (try #require(record.measured("pages_before")), try #require(record.measured("pages")))
        #expect(after < before)
    }

    @Test("a service that stays connected keeps a WAL, which is said") func connectedService() async throws {
        let trial = try Trial()
        try trial.makeSparse()
        let service = try Neighbour.holding("PRAGMA schema_version; BEGIN", at: trial.database)
        let record = try await trial.perform()
        #expect(record.outcome == .ok && record.summary.contains("given back"), "\(record.summary)")
        let wal = try #require(try trial.files()["app.db-wal"]?.count)
        #expect(record.measured("wal_size") == Double(wal) && wal > 0)
        #expect(record.log.contains { $0.message.contains("-wal file") })
        try service.release()
    }

    @Test("a stop in the middle leaves everything as it was", arguments: ["wal", "delete"])
    func cancelled(_ journal: String) async throws {
        let trial = try Trial()
        try trial.sql(
            """
            PRAGMA journal_mode=\(journal); CREATE TABLE items(id INTEGER PRIMARY KEY, note BLOB);
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
            INSERT INTO items SELECT i, zeroblob(3000) FROM n;
            DELETE FROM items WHERE id % 3 = 0
            """)
        let free = try trial.number("PRAGMA freelist_count")
        let files = try trial.files()
        let isDone = Mutex(false)
        let work = Task {
            defer { isDone.withLock { $0 = true } }
            return try await trial.perform()
        }
        try await onThread {
            try waitForWriter(of: trial.database) { isDone.withLock { $0 } }
            work.cancel()
        }
        let record = try await work.value
        #expect(record.outcome == .unknown && record.summary.contains("as it was"), "\(record.summary)")
        #expect(try trial.number("PRAGMA freelist_count") == free && free.map { $0 > 5_000 } == true)
        #expect(try trial.sql("PRAGMA integrity_check") == "ok")
        #expect(try trial.files()["app.db"] == files["app.db"])
    }

    @Test("a stop during a wait for a lock ends it soon") func cancelledWait() async throws {
        let trial = try Trial()
        try trial.makeSparse()
        let neighbour = try Neighbour.holding("BEGIN IMMEDIATE", at: trial.database)
        let work = Task { try await trial.perform("busy_timeout: 50s") }
        try await onThread {
            try waitUntilOpen(trial.database)
            work.cancel()
        }
        let record = try await work.value
        #expect(record.outcome == .unknown && record.duration < .seconds(40), "\(record.summary)")
        try neighbour.release()
    }
}

/// Waits until another connection holds the lock that a writer takes.
private func waitForWriter(of path: FilePath, orUntil isDone: () -> Bool) throws {
    var handle: OpaquePointer?
    defer { sqlite3_close_v2(handle) }
    guard sqlite3_open(path.string, &handle) == SQLITE_OK else { throw TrialError(description: "open") }
    while !isDone() {
        if sqlite3_exec(handle, "BEGIN IMMEDIATE", nil, nil, nil) & 0xff == SQLITE_BUSY { return }
        sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
        usleep(1_000)  // leaves the lock to the one that is waited for
    }
}
