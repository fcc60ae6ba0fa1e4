import DurableFiles
import Foundation
import GRDBSQLite
import Glibc
import SystemPackage

/// A connection of the service that keeps a transaction open.
final class OpenSQL {
    private var handle: OpaquePointer?

    fileprivate init(_ handle: OpaquePointer?) { self.handle = handle }

    deinit { close() }

    func close() {
        sqlite3_close_v2(handle)
        handle = nil
    }
}

/// Runs SQL and leaves its connection open.
func runningSQL(_ sql: String, on path: FilePath) throws -> OpenSQL {
    var handle: OpaquePointer?
    let opened = path.withPlatformString { sqlite3_open($0, &handle) }
    let connection = OpenSQL(handle)
    guard opened == SQLITE_OK, sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
        throw TestFailure(description: "cannot run '\(sql)'")
    }
    return connection
}

/// Whether this user may mount file systems.
func canMount() -> Bool {
    guard geteuid() == 0, let scratch = try? Scratch(), let disk = try? SmallDisk(at: scratch.path("m"), size: "1m")
    else { return false }
    disk.unmount()
    return true
}

/// A file system of a few megabytes.
struct SmallDisk {
    let path: FilePath

    init(at path: FilePath, size: String) throws {
        self.path = path
        try Folder.create(path)
        guard try runProgram("mount", ["-t", "tmpfs", "-o", "size=\(size)", "none", path.string]).status == 0 else {
            throw TestFailure(description: "cannot mount")
        }
    }

    func unmount() {
        // A folder that stays mounted is seen by the test's own removal.
        _ = try? runProgram("umount", [path.string])
    }
}
