import ControlledServices
import Backups
import Digests
import DurableFiles
import Foundation
import GRDBSQLite
import Glibc
import SQLiteFile
import Synchronization
import SystemPackage
import Testing

@testable import Restoring

/// A folder of one test with a database to replace, removed with the last reference to it.
final class Scratch: Sendable {
    let folder: FilePath

    init() throws {
        // Hundreds of restores sync every step; in memory that costs nothing.
        let memory = "/dev/shm"
        let isThere = FileManager.default.isWritableFile(atPath: memory)
        folder = FilePath(isThere ? memory : FileManager.default.temporaryDirectory.path)
            .appending("restoring-\(UUID().uuidString)")
        for name in ["live", "daily", "scratch", "state"] { try Folder.create(folder.appending(name)) }
    }

    deinit {
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        try? Folder.removeTree(folder)
    }

    func path(_ name: String) -> FilePath { folder.appending(name) }

    var database: FilePath { path("live/test.db") }
    var target: RestoreTarget {
        RestoreTarget(
            service: "api", database: "main", path: database, lock: path("state/locks/database-1.lock"),
            records: path("state/restores"))
    }

    var store: RestoreStore { RestoreStore(folder: path("state/restores")) }

    /// The names beside the database, hidden ones too.
    func liveNames() throws -> [String] { try Folder.entries(of: path("live")) }

    @discardableResult
    func makeDatabase(_ name: String = "live/test.db", journal: String = "wal", rows: Int = 300) throws -> FilePath {
        let path = path(name)
        try runSQL("PRAGMA journal_mode=\(journal);" + users(rows), on: path)
        return path
    }

    func request() -> BackupRequest {
        BackupRequest(
            identity: BackupIdentity(service: "api", database: "main", file: database), source: database,
            timeZone: .gmt, places: [BackupPlace(tier: .manual, folder: path("daily"))], scratch: path("scratch"))
    }

    /// A verified set of the database as it is now.
    func backUp() async throws -> KnownSet { KnownSet(set: try await BackupMaker(request()).make().sets[0]) }

    /// What a restore needs of others; to look at all processes for openers takes a while.
    func tools(
        looksForOpeners: Bool = false, _ faultPoint: @escaping @Sendable (String) throws -> Void = { _ in }
    ) -> RestoreTools {
        var tools = RestoreTools(isEncrypted: { $0.starts(with: Seal.magic) }, decrypt: Seal.open)
        if !looksForOpeners { tools.openers = { _ in [] } }
        tools.faultPoint = faultPoint
        return tools
    }

    func transaction(
        _ service: any ControlledService = UncontrolledService(), health: HealthCheck? = nil, tools: RestoreTools? = nil
    ) -> RestoreTransaction {
        var options = RestoreTransaction.Options()
        options.stopLimit = .milliseconds(300)
        return RestoreTransaction(
            target: target, service: service, health: health, tools: tools ?? self.tools(), options: options)
    }

    /// Plans, confirms and runs.
    @discardableResult
    func restore(
        _ source: RestoreSource, _ service: any ControlledService = UncontrolledService(), health: HealthCheck? = nil,
        tools: RestoreTools? = nil
    ) async throws -> RestoreResult {
        let tools = tools ?? self.tools()
        let plan = try await RestorePlanner(target: target, service: service, health: health, tools: tools).plan(source)
        return try await transaction(service, health: health, tools: tools).run(source, confirmed: plan.id)
    }
}

/// SQL that makes a table of users.
func users(_ rows: Int) -> String {
    """
    CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL, note TEXT);
    CREATE INDEX users_by_name ON users(name);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(rows))
    INSERT INTO users SELECT i, 'user ' || i, hex(randomblob(40)) FROM n;
    """
}

/// A cipher that is enough to tell sealed from open.
enum Seal {
    static let magic = Array("sealed\n".utf8)

    static func close(_ plain: FilePath, into new: FilePath) throws {
        let bytes = try DurableFile.read(plain, limit: 1 << 28)
        try DurableFile.write(magic + bytes.map { $0 ^ 0x5A }, to: new, permissions: .ownerReadWrite)
    }

    @Sendable static func open(_ sealed: FilePath, into new: FilePath) async throws {
        let bytes = try DurableFile.read(sealed, limit: 1 << 28).dropFirst(magic.count)
        try DurableFile.write(bytes.map { $0 ^ 0x5A }, to: new, permissions: .ownerReadWrite)
    }
}

/// A service that only remembers whether it runs.
final class PretendedService: ControlledService {
    private struct State {
        var isRunning: Bool
        var calls: [String] = []
        var failures: [String: Int] = [:]
    }

    private let state: Mutex<State>
    private let onStart: @Sendable () throws -> Void

    init(isRunning: Bool = true, onStart: @escaping @Sendable () throws -> Void = {}) {
        state = Mutex(State(isRunning: isRunning))
        self.onStart = onStart
    }

    let stopWords: String? = "stop it"
    let startWords: String? = "start it"
    var calls: [String] { state.withLock { $0.calls } }
    var runs: Bool { state.withLock { $0.isRunning } }

    /// Lets the next calls of a name fail.
    func fail(_ call: String, times: Int = 1) { state.withLock { $0.failures[call] = times } }

    private func note(_ call: String, running: Bool) throws {
        try state.withLock { state in
            state.calls.append(call)
            if let left = state.failures[call], left > 0 {
                state.failures[call] = left - 1
                throw TestFailure(description: "no \(call) today")
            }
            state.isRunning = running
        }
    }

    func stop() async throws { try note("stop", running: false) }
    func start() async throws {
        try note("start", running: true)
        try onStart()
    }
    func isRunning() async throws -> Bool? { state.withLock { $0.isRunning } }
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

func bytes(of path: FilePath) throws -> [UInt8] { try DurableFile.read(path, limit: 1 << 28) }

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

/// A Python process that runs a script, prints a line when it is ready, and is killed with this value.
final class PythonProcess {
    private let process = Process()
    let input = Pipe()
    private let output = Pipe()

    init(_ script: String, _ arguments: [String]) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script] + arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line: [UInt8] = []
        while line.last != 0x0A {
            guard let next = try output.fileHandleForReading.read(upToCount: 1), !next.isEmpty else {
                throw TestFailure(description: "python3 ended: \(String(decoding: line, as: UTF8.self))")
            }
            line += next
        }
    }

    deinit { kill() }

    var pid: Int32 { process.processIdentifier }

    func kill() {
        guard process.isRunning else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}

/// What a killed service leaves: committed rows in the WAL alone, or a write that is to be rolled back.
enum Leftover: String, CaseIterable {
    case wal, smallWAL, hotJournal

    func make(_ path: FilePath) throws {
        let script: String
        switch self {
        case .wal:
            script = """
                import sqlite3, sys, time
                c = sqlite3.connect(sys.argv[1], isolation_level=None)
                c.execute("PRAGMA wal_autocheckpoint=0")
                c.execute("INSERT INTO users(name, note) SELECT 'late ' || id, note FROM users LIMIT 50")
                print("ready", flush=True); time.sleep(600)
                """
        case .smallWAL:
            script = """
                import sqlite3, sys, time
                c = sqlite3.connect(sys.argv[1], isolation_level=None)
                c.execute("PRAGMA wal_autocheckpoint=0")
                c.execute("UPDATE users SET note = 'late' WHERE id = 1")
                print("ready", flush=True); time.sleep(600)
                """
        case .hotJournal:
            script = """
                import sqlite3, sys, time
                c = sqlite3.connect(sys.argv[1], isolation_level=None)
                c.execute("PRAGMA cache_size=2"); c.execute("BEGIN IMMEDIATE")
                c.execute("UPDATE users SET note = hex(randomblob(40))")
                print("ready", flush=True); time.sleep(600)
                """
        }
        try PythonProcess(script, [path.string]).kill()
        let ending = self == .hotJournal ? "-journal" : "-wal"
        guard try FileStamp.of(path.adding(ending))?.bytes ?? 0 > 512 else {
            throw TestFailure(description: "no \(ending) was left")
        }
    }
}

/// Overwrites pages of a table with zeros, some that are not in the WAL.
func damage(_ path: FilePath) throws {
    let file = try FileDescriptor.open(path, .readWrite)
    try file.closeAfter {
        _ = try file.writeAll(toAbsoluteOffset: 4 * 4096, [UInt8](repeating: 0, count: 3 * 4096))
    }
}
