import Digests
import DurableFiles
import Foundation
import GRDBSQLite
import Salvage
import SystemPackage

/// A folder of one test, removed with the last reference to it.
final class Scratch {
    let folder: FilePath

    init() throws {
        folder = FilePath(FileManager.default.temporaryDirectory.path).appending("salvage-\(UUID().uuidString)")
        try Folder.create(folder, permissions: .ownerReadWriteExecute)
        try Folder.create(work, permissions: .ownerReadWriteExecute)
    }

    deinit {
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        try? Folder.removeTree(folder)
    }

    func path(_ name: String) -> FilePath { folder.appending(name) }

    /// Where repairs work; it must be empty after each.
    var work: FilePath { folder.appending("work") }
    var leftovers: [String] { get throws { try Folder.entries(of: work) } }

    @discardableResult
    func repair(
        _ damaged: FilePath, into new: String = "new.db", merging good: FilePath? = nil
    ) throws -> SalvageReport {
        try Salvage.repair(damaged, into: path(new), merging: good, scratch: work)
    }
}

struct ConnectionError: Error, CustomStringConvertible {
    let description: String
}

/// A plain connection, standing in for the service and for the person who looks at the result.
final class Connection {
    private var handle: OpaquePointer?

    init(_ path: FilePath) throws {
        let code = path.withPlatformString { sqlite3_open($0, &handle) }
        guard code == SQLITE_OK else { throw ConnectionError(description: "open: \(code)") }
    }

    deinit { sqlite3_close_v2(handle) }

    func run(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure }
    }

    /// Every row as its values in the words of `quote()`, which tell types and bytes apart.
    func rows(_ columns: String, of table: String) throws -> [String] {
        let list = columns.split(separator: ",").map { "quote(\($0))" }.joined(separator: "||'|'||")
        return try texts("SELECT \(list) FROM \(table) NOT INDEXED ORDER BY 1")
    }

    /// The first column of every row.
    func texts(_ sql: String) throws -> [String] {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { throw failure }
        var found: [String] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                found.append(sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? "NULL")
            case SQLITE_DONE: return found
            default: throw failure
            }
        }
    }

    func text(_ sql: String) throws -> String { try texts(sql).first ?? "nothing" }

    private var failure: ConnectionError {
        ConnectionError(description: sqlite3_errmsg(handle).map { String(cString: $0) } ?? "?")
    }
}

/// The bytes of a database, with enough understanding to aim at a page.
struct DatabaseBytes {
    var bytes: [UInt8]
    let pageSize: Int

    init(_ path: FilePath) throws {
        bytes = try DurableFile.read(path, limit: 1 << 30)
        let size = Int(bytes[16]) << 8 | Int(bytes[17])
        pageSize = size == 1 ? 65_536 : size
    }

    func save(_ path: FilePath) throws {
        try DurableFile.write(bytes, to: path, permissions: .ownerReadWrite)
    }

    var pageCount: Int { bytes.count / pageSize }

    func range(_ page: Int) -> Range<Int> { (page - 1) * pageSize..<page * pageSize }

    mutating func zero(_ page: Int) { bytes.replaceSubrange(range(page), with: repeatElement(0, count: pageSize)) }

    func number(at position: Int, bytes count: Int) -> Int {
        bytes[position..<position + count].reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func put(_ value: Int, at position: Int, bytes count: Int) {
        for index in 0..<count {
            bytes[position + index] = UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - index)))
        }
    }

    /// Where the cells of an interior page are in the file.
    func cells(_ page: Int) -> [Int] {
        let start = (page - 1) * pageSize
        let head = start + (page == 1 ? 100 : 0)
        let first = head + ([2, 5].contains(bytes[head]) ? 12 : 8)
        return (0..<number(at: head + 3, bytes: 2)).map { start + number(at: first + 2 * $0, bytes: 2) }
    }

    /// The leaves of the tree below a page.
    func leaves(_ page: Int) -> [Int] {
        let head = (page - 1) * pageSize + (page == 1 ? 100 : 0)
        guard [2, 5].contains(bytes[head]) else { return [page] }
        let children = cells(page).map { number(at: $0, bytes: 4) } + [number(at: head + 8, bytes: 4)]
        return children.flatMap { leaves($0) }
    }
}

/// The SHA-256 of every file in a folder, while no connection to them is open.
func hashes(of folder: FilePath) throws -> [String: String] {
    var found: [String: String] = [:]
    for name in try Folder.entries(of: folder) {
        found[name] = try SHA256Digest(of: DurableFile.read(folder.appending(name), limit: 1 << 30)).hex
    }
    return found
}

/// Small numbers that are the same every time (SplitMix64).
struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9e37_79b9_7f4a_7c15 &+ 1 }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
