import DurableFiles
import Foundation
import GRDBSQLite
import SQLiteFile
import SystemPackage
import Testing

/// A folder of one test, removed with the last reference to it.
final class Scratch {
    let folder: FilePath

    init() throws {
        folder = FilePath(FileManager.default.temporaryDirectory.path).appending("sqlitefile-\(UUID().uuidString)")
        try Folder.create(folder)
    }

    deinit {
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        try? Folder.removeTree(folder)
    }

    func path(_ name: String) -> FilePath { folder.appending(name) }

    var names: [String] { get throws { try Folder.entries(of: folder) } }

    /// Makes a database, by default in WAL mode, and closes it.
    @discardableResult
    func makeDatabase(_ name: String = "app.db", journal: String = "wal", _ sql: String = usersSQL) throws -> FilePath {
        let path = path(name)
        let writer = try Writer(path)
        try writer.run("PRAGMA journal_mode=\(journal)")
        try writer.run(sql)
        return path
    }
}

/// 2,000 users, with an index that is not unique.
let usersSQL = """
    CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INTEGER, note TEXT);
    CREATE INDEX users_by_age ON users(age);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    INSERT INTO users SELECT i, 'user ' || i, i % 90, hex(randomblob(60)) FROM n;
    """

struct WriterError: Error, CustomStringConvertible {
    let description: String
}

/// A plain connection, standing in for the service.
final class Writer {
    private var handle: OpaquePointer?

    init(_ path: FilePath) throws {
        let code = path.withPlatformString { sqlite3_open($0, &handle) }
        guard code == SQLITE_OK else { throw WriterError(description: "open: \(code)") }
        sqlite3_busy_timeout(handle, 5_000)
    }

    deinit { sqlite3_close_v2(handle) }

    func run(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
            throw WriterError(description: sqlite3_errmsg(handle).map { String(cString: $0) } ?? "?")
        }
    }

    func text(_ sql: String) throws -> String? {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else {
            throw WriterError(description: sqlite3_errmsg(handle).map { String(cString: $0) } ?? "?")
        }
        guard sqlite3_step(statement) == SQLITE_ROW, let text = sqlite3_column_text(statement, 0) else { return nil }
        return String(cString: text)
    }

    /// Binds numbers exactly, which SQL text may not.
    func insert(_ numbers: [Double], into table: String) throws {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        try run("BEGIN")
        guard sqlite3_prepare_v2(handle, "INSERT INTO \(table) VALUES(?1)", -1, &statement, nil) == SQLITE_OK else {
            throw WriterError(description: "insert")
        }
        for number in numbers {
            sqlite3_bind_double(statement, 1, number)
            sqlite3_step(statement)
            sqlite3_reset(statement)
        }
        try run("COMMIT")
    }
}

/// Runs a program of the system to its end.
///
/// - Returns: its exit status and standard output.
@discardableResult
func runProgram(_ program: String, _ arguments: [String], input: FilePath? = nil) throws -> (
    status: Int32, output: String
) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    if let input { process.standardInput = FileHandle(forReadingAtPath: input.string) }
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}

/// Whether a program can be started at all.
func hasProgram(_ program: String) -> Bool {
    // Not to be found is an answer, not an error.
    (try? runProgram(program, ["--version"]).status) == 0
}

/// The error that `body` throws, if it is one of this module.
func sqliteError<Result>(_ body: () throws -> Result) -> SQLiteFileError? {
    do {
        _ = try body()
        return nil
    } catch {
        return error as? SQLiteFileError
    }
}
