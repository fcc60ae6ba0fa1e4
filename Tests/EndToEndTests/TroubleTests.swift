import Foundation
import Glibc
import Testing

/// What goes wrong in the night: the run must end critical, say why, be recorded, and leave earlier backups alone.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct TroubleTests {
    /// Runs daily once in good health and once in trouble, and checks what holds in all of them.
    ///
    /// Where the trouble leaves the backup task alone (`backsUp`), its new set replaces the one of the same day.
    private func daily(
        in instance: TestInstance, says text: String, backsUp: Bool = false, trouble: () async throws -> Void
    ) async throws {
        let healthy = try await instance.ronde("run", "daily", "--task", "backup")
        #expect(healthy.status == 0, "\(healthy)")
        let backups = instance.contents(of: "backups")
        #expect(backups.count == 2, "\(backups.keys)")
        try await trouble()
        let run = try await instance.ronde("run", "daily")
        #expect(run.status == 2, "\(run)")
        for (name, bytes) in backups where !backsUp {
            #expect(instance.contents(of: "backups")[name] == bytes, "\(name) was changed")
        }
        let report = try await instance.ronde("reports", "show", "daily")
        let words = report.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains(text), "\(report.output)")
        #expect(report.output.contains("CRITICAL"))
        #expect(instance.names(in: "reports").filter { !$0.hasPrefix(".") }.count == 2)
        #expect(instance.processes() == [])
    }

    /// A checklist that does not wait long, so that the test need not either.
    private func impatient(_ instance: TestInstance) throws {
        try instance.schedule(
            "daily",
            """
            checklist: daily
            service: api
            tasks:
              - {task: health, plugin: health, with: {time_limit_each: 1s, retries: 1, retry_delay: 100ms}}
              - {task: backup, plugin: backup, with: {busy_timeout: 1s}}
              - {task: integrity, plugin: integrity, with: {busy_timeout: 1s}}
              - {task: vacuum, plugin: vacuum, with: {busy_timeout: 1s, when: always}, needs: [backup]}
            """)
    }

    @Test("the service is down")
    func down() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        try await daily(in: instance, says: "refused", backsUp: true) {}
    }

    @Test(
        "the service answers 503, hangs, or answers nonsense",
        arguments: [
            ("503", "503"), ("hang", "no complete reply within 1 s"), ("nonsense", "/api/health"),
            ("close", "/api/health"),
        ])
    func faultyService(behaviour: String, says: String) async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        try impatient(instance)
        let server = try Program(
            "python3", [TestInstance.repository + "/Tests/EndToEndTests/Services/faulty_service.py", behaviour],
            in: instance.folder)
        defer { server.signal(SIGKILL) }
        try instance.configure(url: try await instance.address(of: server))
        try await daily(in: instance, says: says, backsUp: true) {}
        server.signal(SIGKILL)
    }

    @Test("the database is missing, and none is made")
    func missing() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        try impatient(instance)
        try await daily(in: instance, says: "there is no such file") {
            for name in instance.names(in: "api") where name.hasPrefix("test.db") {
                try FileManager.default.removeItem(atPath: instance.folder + "/api/" + name)
            }
        }
        #expect(!FileManager.default.fileExists(atPath: instance.database))
    }

    @Test("the database is no database")
    func noDatabase() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        try impatient(instance)
        let bytes = Data((0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        try await daily(in: instance, says: "not a SQLite database") {
            try bytes.write(to: URL(filePath: instance.database))
        }
        #expect(FileManager.default.contents(atPath: instance.database) == bytes)
    }

    @Test("the database is damaged")
    func damaged() async throws {
        let instance = try await TestInstance(users: 5000)
        defer { instance.remove() }
        try impatient(instance)
        try await daily(in: instance, says: "damaged") {
            let file = try FileHandle(forUpdating: URL(filePath: instance.database))
            for page in 3..<8 {
                try file.seek(toOffset: UInt64(page * 4096 + 16))
                try file.write(contentsOf: Data(repeating: 0xA5, count: 2000))
            }
            try file.close()
        }
        // What was copied of it is kept apart, and counts as nothing.
        let sets = instance.names(in: "backups").filter { $0.hasSuffix(".db.gz") }
        #expect(sets.count == 1)
    }

    @Test("another process keeps the database locked for longer than the limit")
    func locked() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        try impatient(instance)
        let holder = try Program(
            "python3",
            [
                "-c",
                """
                import sqlite3, sys, time
                c = sqlite3.connect('api/test.db', isolation_level=None)
                c.execute('PRAGMA journal_mode=DELETE')
                sys.stdin.close()
                while not __import__('os').path.exists('lock-now'): time.sleep(0.01)
                c.execute('BEGIN EXCLUSIVE')
                print('Listening on locked', flush=True)
                time.sleep(600)
                """,
            ], in: instance.folder)
        defer { holder.signal(SIGKILL) }
        try await daily(in: instance, says: "lock") {
            try instance.write("", to: "lock-now")
            _ = try await instance.address(of: holder)
        }
    }

    @Test("another process keeps the write lock of a WAL database, which can still be read")
    func writeLocked() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        try instance.schedule(
            "daily",
            """
            checklist: daily
            service: api
            tasks:
              - {task: backup, plugin: backup}
              - {task: optimize, plugin: analyze, with: {busy_timeout: 1s}}
            """)
        let script = """
            import sqlite3, time
            c = sqlite3.connect('api/test.db', isolation_level=None)
            while not __import__('os').path.exists('lock-now'): time.sleep(0.01)
            c.execute('BEGIN EXCLUSIVE')
            print('Listening on locked', flush=True)
            time.sleep(600)
            """
        let holder = try Program("python3", ["-c", script], in: instance.folder)
        defer { holder.signal(SIGKILL) }
        try await daily(in: instance, says: "held its lock", backsUp: true) {
            try instance.write("", to: "lock-now")
            _ = try await instance.address(of: holder)
        }
    }

    @Test("the backup folder cannot be written", .enabled(if: geteuid() == 0))
    func unwritable() async throws {
        let instance = try await TestInstance()
        defer { instance.remove() }
        try impatient(instance)
        // For root nothing is unwritable but what is no folder.
        try await daily(in: instance, says: "backups") {
            try instance.configure(url: "http://127.0.0.1:9", backups: "not-a-folder/backups")
            try instance.write("in the way", to: "not-a-folder")
        }
    }

    @Test("the disk is full", .enabled(if: geteuid() == 0))
    func fullDisk() async throws {
        let instance = try await TestInstance(users: 5000)
        defer { instance.remove() }
        try impatient(instance)
        let disk = instance.folder + "/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard
            try await Program("mount", ["-t", "tmpfs", "-o", "size=40m", "tmpfs", disk], in: instance.folder).wait()
                .status == 0
        else { return }  // a container without the right to mount
        // State, reports and backups are all on the full disk: the record must find room all the same.
        try instance.configure(
            url: "http://127.0.0.1:9", backups: "disk/backups", state: "disk/state", reports: "disk/reports")
        let healthy = try await instance.ronde("run", "daily", "--task", "backup")
        #expect(healthy.status == 0, "\(healthy)")
        let before = instance.contents(of: "disk/backups")
        _ = try await Program("/bin/sh", ["-c", "cat /dev/zero > '\(disk)/filler'"], in: instance.folder).wait()
        let run = try await instance.ronde("run", "daily")
        #expect(run.status == 2, "\(run)")
        #expect(run.output.contains("Report:"), "\(run)")
        #expect(instance.contents(of: "disk/backups") == before)
        #expect(try instance.reportRecords(in: "disk/reports").count == 2)
        _ = try await Program("umount", ["-l", disk], in: instance.folder).wait()
    }
}
