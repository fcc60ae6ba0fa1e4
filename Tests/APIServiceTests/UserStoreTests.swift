import Foundation
import GRDB
import Logging
import SystemPackage
import Testing

@testable import APIService

@Suite("The store")
struct UserStoreTests {
    private let folder: ScratchFolder
    private let path: FilePath
    private let log = RecordedLog()

    init() throws {
        folder = try ScratchFolder()
        path = folder.file("test.db")
    }

    private func store() throws -> UserStore {
        let sink = log
        return try UserStore(path: path, logger: Logger(label: "test") { _ in LineLogger(sink: sink, level: .info) })
    }

    @Test("the file has the runbook's table and nothing else, and is whole in one file after closing")
    func shape() async throws {
        let store = try store()
        _ = try await store.add(name: "Ada", email: "ada@example.org")
        try await store.close()
        #expect(try folder.names() == ["test.db"])
        let other = try DatabaseQueue(path: path.string)
        let tables = try await other.read { db in
            try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        #expect(tables == ["users"])
        let row = try await other.read { db in
            try String.fetchOne(db, sql: "SELECT created_at FROM users WHERE created_at > datetime('now', '-1 minute')")
        }
        #expect(row != nil, "the time is one that SQLite's own functions understand")
    }

    @Test("commits wait for the disk")
    func synchronous() async throws {
        let store = try store()
        let level = try await store.write { db in try Int.fetchOne(db, sql: "PRAGMA synchronous") }
        #expect(level == 2, "FULL")
    }

    @Test("a database that another service made is used as it is")
    func foreignShape() async throws {
        let other = try DatabaseQueue(path: path.string)
        try await other.write { db in
            try db.execute(
                sql: """
                    CREATE TABLE users (
                        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, email VARCHAR(120) UNIQUE NOT NULL,
                        created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, phone TEXT);
                    INSERT INTO users (name, email) VALUES ('Ada', 'ada@example.org');
                    INSERT INTO users VALUES (7, NULL, x'ff00fe', 12345, NULL);
                    INSERT INTO users VALUES (8, 'Iso', 'iso@example.org', '2025-12-16T10:00:00.123456', '1');
                    """)
        }
        try other.close()
        let store = try store()
        let users = try await store.list(UserQuery()).users
        #expect(users.map(\.id) == [1, 7, 8])
        #expect(users[0].createdAt.contains("T"))
        #expect(users[1].name == "" && users[1].createdAt == "12345")
        #expect(users[2].createdAt == "2025-12-16T10:00:00.123456")
        #expect(try await store.add(name: "Grace", email: "grace@example.org").id == 9)
        await #expect(throws: StoreError.duplicateEmail("ada@example.org")) {
            try await store.add(name: "Ada", email: "ada@example.org")
        }
    }

    @Test(
        "a table users that lacks what is needed is refused, with what is missing",
        arguments: [
            ("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, mail TEXT)", "has no column email, created_at"),
            ("CREATE TABLE users (id TEXT PRIMARY KEY, name, email, created_at)", "has no 'id INTEGER PRIMARY KEY'"),
        ])
    func unusable(_ sql: String, says: String) throws {
        let other = try DatabaseQueue(path: path.string)
        try other.write { try $0.execute(sql: sql) }
        try other.close()
        let error = try #require(throws: StoreError.self) { try store() }
        #expect(error.description.contains(says))
        #expect(StartFault(database: path, error: error).exitStatus == 65)
    }

    @Test("a file that is no database is refused", arguments: [("not a database, not at all, no", 65)])
    func notADatabase(_ text: String, status: Int32) throws {
        try text.write(toFile: path.string, atomically: true, encoding: .utf8)
        let error = try #require(throws: (any Error).self) { try store() }
        let fault = StartFault(database: path, error: error)
        #expect(fault.exitStatus == status && fault.description.contains("no SQLite database"))
        #expect(try String(contentsOfFile: path.string, encoding: .utf8) == text)
    }

    @Test("writers who wait for another process all give up together, and readers go on")
    func locked() async throws {
        let store = try store()
        _ = try await store.add(name: "Ada", email: "ada@example.org")
        let other = try otherConnection(to: path)
        let begin = ContinuousClock.now
        try await other.writeWithoutTransaction { db in try db.execute(sql: "BEGIN EXCLUSIVE") }
        let refused = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<8 {
                group.addTask {
                    do {
                        _ = try await store.add(name: "N", email: "n\(index)@example.org")
                        return false
                    } catch { return error as? StoreError == .busy }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(refused == 8)
        #expect(try await store.count() == 1)
        #expect(ContinuousClock.now - begin < .seconds(20), "eight waits one after the other would be 40 seconds")
        try await other.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
        _ = try await store.add(name: "Grace", email: "grace@example.org")
        #expect(try await store.count() == 2)
    }

    @Test("a file that took the place of the database is served, and not harmed by the log of the one before")
    func replaced() async throws {
        let store = try store()
        for index in 0..<50 { _ = try await store.add(name: "Old", email: "old\(index)@example.org") }
        let replacement = folder.file("new.db")
        let other = try UserStore(path: replacement, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        _ = try await other.add(name: "New", email: "new@example.org")
        try await other.close()

        let kept = folder.file("kept.db")
        try #require(link(path.string, kept.string) == 0)
        try #require(rename(replacement.string, path.string) == 0)
        #expect(try await store.list(UserQuery()).users.map(\.email) == ["new@example.org"])
        _ = try await store.add(name: "Newer", email: "newer@example.org")
        #expect(log.lines.contains { $0.contains("WARNING") && $0.contains("replaced") })
        try await store.close()

        let check = try DatabaseQueue(path: path.string)
        #expect(try await check.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
        #expect(try await check.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM users") } == 2)
        let old = try DatabaseQueue(path: kept.string)
        #expect(try await old.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM users") } == 50, "kept in full")
        #expect(try !folder.names().contains { $0.hasSuffix(".replaced") })
    }

    @Test("nothing is written to a database that is gone, and an empty one is not made in silence")
    func gone() async throws {
        let store = try store()
        _ = try await store.add(name: "Ada", email: "ada@example.org")
        let away = path.string + ".away"
        try #require(rename(path.string, away) == 0)
        await #expect(throws: StoreError.databaseGone(path)) {
            try await store.add(name: "B", email: "b@example.org")
        }
        await #expect(throws: StoreError.databaseGone(path)) { try await store.count() }
        #expect(!FileManager.default.fileExists(atPath: path.string))
        let moved = try DatabaseQueue(path: away)
        #expect(try await moved.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM users") } == 1, "whole there")
        try moved.close()
        try #require(rename(away, path.string) == 0)
        #expect(try await store.count() == 1)
    }

    @Test("seeding fills up to a number, twice changes nothing, and users who are there stay")
    func seed() async throws {
        let store = try store()
        _ = try await store.add(name: "Ada", email: SampleUsers.sample(3).email)
        #expect(try await store.seed(upTo: 2_500) == 2_499)
        #expect(try await store.count() == 2_500)
        #expect(try await store.seed(upTo: 2_500) == 0)
        #expect(try await store.seed(upTo: 10) == 0)
        #expect(try await store.count() == 2_500)
        #expect(try await store.user(1).name == "Ada")
    }

    @Test("sample users are the same each time, valid, different, and spread over 2024 and 2025")
    func samples() throws {
        let samples = (1...5_000).map(SampleUsers.sample)
        #expect(samples == (1...5_000).map(SampleUsers.sample))
        #expect(Set(samples.map(\.email)).count == 5_000)
        for sample in samples { _ = try UserFields(name: sample.name, email: sample.email) }
        let months = Set(samples.map { $0.createdAt.prefix(7) })
        #expect(months.count == 24 && months.min() == "2024-01" && months.max() == "2025-12")
    }
}
