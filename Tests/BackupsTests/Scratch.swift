import Backups
import Digests
import DurableFiles
import Foundation
import GRDBSQLite
import SQLiteFile
import Synchronization
import SystemPackage
import Testing

/// A folder of one test, removed with the last reference to it.
final class Scratch: Sendable {
    let folder: FilePath

    init() throws {
        folder = FilePath(FileManager.default.temporaryDirectory.path).appending("backups-\(UUID().uuidString)")
        try Folder.create(folder)
        try Folder.create(folder.appending("scratch"))
    }

    deinit {
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        try? Folder.removeTree(folder)
    }

    func path(_ name: String) -> FilePath { folder.appending(name) }

    /// All names in a folder below this one, hidden ones too, but for what Ronde notes there and what stays.
    func names(_ name: String) throws -> [String] {
        try Folder.entries(of: path(name)).filter {
            ![".backups.lock", ".backups.index", FolderRecord.fileName].contains($0)
        }
    }

    /// A digest of everything in a folder: names, bytes, permissions and times.
    func state(_ name: String) throws -> String {
        try runProgram(
            "sh",
            [
                "-c",
                "cd '\(path(name))' && find . ! -name .backups.lock -type f -printf '%p %m %T@ ' -exec sha256sum {} +",
            ]
        ).output
    }

    /// Makes a database and closes it.
    @discardableResult
    func makeDatabase(_ name: String = "test.db", journal: String = "wal", _ sql: String = usersSQL) throws -> FilePath
    {
        let path = path(name)
        try runSQL("PRAGMA journal_mode=\(journal); \(sql)", on: path)
        return path
    }

    /// A request for the database made above.
    func request(_ tiers: [Tier] = [.daily], database: String = "test.db") -> BackupRequest {
        let file = path(database)
        return BackupRequest(
            identity: BackupIdentity(service: "api", database: "main", file: file), source: file, timeZone: paris,
            places: tiers.map { BackupPlace(tier: $0, folder: path("\($0.rawValue)")) }, scratch: path("scratch"))
    }
}

let paris = TimeZone(identifier: "Europe/Paris") ?? .gmt

/// 2,000 users.
let usersSQL = """
    CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL, note TEXT);
    CREATE INDEX users_by_name ON users(name);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    INSERT INTO users SELECT i, 'user ' || i, hex(randomblob(60)) FROM n;
    """

/// An instant as ISO 8601 with an offset.
func instant(_ text: String) throws -> Date {
    try Date.ISO8601FormatStyle().parse(text)
}

/// A clock that stands still.
func clock(_ text: String) throws -> @Sendable () -> Date {
    let date = try instant(text)
    return { date }
}

struct TestFailure: Error, CustomStringConvertible {
    let description: String
}

/// Runs SQL as the service would.
func runSQL(_ sql: String, on path: FilePath) throws {
    var handle: OpaquePointer?
    defer { sqlite3_close_v2(handle) }
    guard path.withPlatformString({ sqlite3_open($0, &handle) }) == SQLITE_OK else {
        throw TestFailure(description: "cannot open \(path)")
    }
    sqlite3_busy_timeout(handle, 5_000)
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
        throw TestFailure(description: sqlite3_errmsg(handle).map { String(cString: $0) } ?? "?")
    }
}

/// Row counts and hashes of a database.
func contents(of path: FilePath) throws -> [TableContents] {
    let connection = try SQLiteFile(path: path).open()
    defer { connection.close() }
    return try connection.contents()
}

func permissions(of path: FilePath) throws -> String {
    String(try #require(try FileFacts.of(path, followingLinks: false)).permissions.rawValue, radix: 8)
}

/// Runs a program of the system to its end.
@discardableResult
func runProgram(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
}

/// Whether a program can be started at all.
func hasProgram(_ program: String) -> Bool {
    // Not to be found is an answer, not an error.
    (try? runProgram(program, ["--version"]).status) == 0
}
