import Foundation
import Glibc
package import SystemPackage

/// Another process that uses a database, for as long as it is told to: a script that says `ready` once it does so.
package final class Neighbour: Sendable {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    /// Starts `python3` with a script that finds the path in `sys.argv[1]`, and returns once it has said `ready`.
    package init(_ script: String, at path: FilePath) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", "import os, select, signal, sqlite3, sys\n" + script, path.string]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var said = Data()
        while said.last != 0x0A {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { throw TrialError(description: "the neighbour ended early") }
            said += more
        }
    }

    deinit {
        // One that still runs belongs to a test that has failed.
        if process.isRunning { process.terminate() }
    }

    /// Lets it go on, and returns what it says from then on once it has ended.
    @discardableResult
    package func release() throws -> String {
        try input.fileHandleForWriting.close()
        let rest = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: rest, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    package static let exists: Bool = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", "import sqlite3"]
        process.standardError = FileHandle.nullDevice
        // Not to be found is an answer, not an error.
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    /// Holds a transaction that began with a statement, until it is released.
    package static func holding(_ begin: String, at path: FilePath) throws -> Neighbour {
        try Neighbour(
            """
            db = sqlite3.connect(sys.argv[1], isolation_level=None)
            for statement in \"\"\"\(begin)\"\"\".split(";"): db.execute(statement).fetchall()
            print("ready", flush=True)
            sys.stdin.read()
            db.execute("COMMIT")
            """, at: path)
    }

    /// Is killed in the middle of a large write, which leaves its journal.
    package static func dyingWhileWriting(_ table: String, at path: FilePath) throws {
        let neighbour = try Neighbour(
            """
            db = sqlite3.connect(sys.argv[1], isolation_level=None)
            db.execute("PRAGMA cache_size=2")
            db.execute("BEGIN IMMEDIATE")
            db.execute("UPDATE \(table) SET note = hex(randomblob(60))")
            print("ready", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
            """, at: path)
        try neighbour.release()
    }
}

/// Runs work on a thread of its own: the plugins of other tests may occupy every thread of the cooperative pool.
package func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try work() }) }
    }
}

/// Waits until this process has a file open.
package func waitUntilOpen(_ path: FilePath) throws {
    let files = FileManager.default
    while true {
        let open = try files.contentsOfDirectory(atPath: "/proc/self/fd").contains { name in
            // One that was closed meanwhile is not the one.
            (try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")) == path.string
        }
        if open { return }
        usleep(1_000)  // leaves the processor to those that are waited for
    }
}
