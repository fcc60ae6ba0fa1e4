import Backups
import DurableFiles
import Foundation
import SQLiteFile
import SystemPackage
import Testing

@Suite("A set that holds much less than the one before")
struct AnomalyTests {
    /// A service with a good set, to whose database something happens then.
    private func second(
        after sql: String, share: Double = 50, schema: String = usersSQL
    ) async throws -> (Scratch, BackupResult) {
        let scratch = try Scratch()
        try scratch.makeDatabase("test.db", schema)
        var request = scratch.request()
        request.largestFall = share
        _ = try await BackupMaker(request, now: clock("2025-12-15T01:00:00Z")).make()
        try runSQL(sql, on: scratch.path("test.db"))
        return (scratch, try await BackupMaker(request, now: clock("2025-12-16T01:00:00Z")).make())
    }

    private static let manyTables =
        usersSQL + (1...9).map { ";CREATE TABLE t\($0)(x); INSERT INTO t\($0) VALUES(1)" }.joined()

    @Test(
        "is stored and verified, with what fell",
        arguments: [
            ("DELETE FROM users WHERE id > 900", ["rows", "rows of users"]),
            ("DELETE FROM users", ["rows", "bytes", "rows of users"]),
            ("DROP TABLE users; CREATE TABLE people AS SELECT 1 AS id", ["rows", "bytes", "rows of users"]),
            ((1...6).map { "DROP TABLE t\($0)" }.joined(separator: ";"), ["tables"]),
            ("UPDATE users SET note = NULL; VACUUM", ["bytes"]),
        ])
    func falls(_ sql: String, _ expected: [String]) async throws {
        let (scratch, result) = try await second(after: sql, schema: Self.manyTables)
        let report = try #require(result.anomalies)
        #expect(report.anomalies.map(\.what) == expected)
        #expect(report.anomalies.allSatisfy { $0.after * 2 < $0.before })
        #expect("\(report.reference)".hasSuffix("daily/test_20251215_020000.db.gz"))
        #expect(result.manifest.anomalies == report.anomalies)
        let inventory = try BackupInventory.read(scratch.request().places, of: scratch.request().identity)
        #expect(inventory.sets.count == 2 && inventory.newestVerified?.instant == report.referenceInstant)
        #expect(inventory.pruningHold != nil)
    }

    @Test(
        "what changes within its share is nothing to wonder at",
        arguments: [
            ("DELETE FROM users WHERE id > 1001", 50.0), ("DELETE FROM users WHERE id > 150", 95.0),
            ("DELETE FROM users", 100.0), ("INSERT INTO users SELECT id + 9999, name, note FROM users", 1.0),
        ])
    func within(_ sql: String, _ share: Double) async throws {
        #expect(try await second(after: sql, share: share).1.anomalies == nil)
    }

    @Test("a VACUUM after a large deletion gives back what did not count any more")
    func vacuum() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase("test.db", "CREATE TABLE kept(x); INSERT INTO kept VALUES(1);" + usersSQL)
        try runSQL("DROP TABLE users", on: scratch.path("test.db"))
        _ = try await BackupMaker(scratch.request(), now: clock("2025-12-15T01:00:00Z")).make()
        try runSQL("VACUUM", on: scratch.path("test.db"))
        let result = try await BackupMaker(scratch.request(), now: clock("2025-12-16T01:00:00Z")).make()
        #expect(result.anomalies == nil && result.copy.bytes < 65_536)
    }

    @Test("it is compared with the last set that counts until a person accepts it")
    func accepted() async throws {
        let (scratch, first) = try await second(after: "DELETE FROM users WHERE id > 10")
        let third = try await BackupMaker(scratch.request(), now: clock("2025-12-17T01:00:00Z")).make()
        #expect(third.anomalies?.referenceInstant == first.anomalies?.referenceInstant)
        try FolderRecord.update(scratch.path("daily")) { record in
            for set in [first.sets[0], third.sets[0]] {
                record.acceptances["\(set.name)"] = .init(at: Date(), note: "moved to another database")
            }
        }
        let fourth = try await BackupMaker(scratch.request(), now: clock("2025-12-18T01:00:00Z")).make()
        #expect(fourth.anomalies == nil)
    }

    @Test("the last set that counts is found in any folder of the service")
    func otherFolder() async throws {
        let scratch = try Scratch()
        let source = try scratch.makeDatabase()
        _ = try await BackupMaker(scratch.request([.weekly])).make()
        try runSQL("DELETE FROM users", on: source)
        var request = scratch.request([.daily])
        request.knownFolders = [scratch.path("weekly"), scratch.path("nowhere")]
        #expect(try await BackupMaker(request).make().anomalies?.anomalies.isEmpty == false)
    }
}
