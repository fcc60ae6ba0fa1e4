import Foundation
import Glibc
import SQLiteFile
import SystemPackage
import Testing

@Suite("Who has a database open", .enabled(if: hasProgram("python3"), "needs python3"))
struct OpenersTests {
    /// Another process, until its input is closed.
    private func holding(_ script: String, at path: FilePath) throws -> (process: Process, input: Pipe) {
        let (process, input, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let whole = "import sqlite3, sys\n\(script)\nprint('ready', flush=True)\nsys.stdin.read()"
        process.arguments = ["python3", "-c", whole, path.string]
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        _ = output.fileHandleForReading.availableData
        return (process, input)
    }

    @Test(
        "another process is found, whatever it does with the file",
        arguments: [
            ("wal", "db = sqlite3.connect(sys.argv[1]); db.execute('SELECT count(*) FROM users').fetchall()", true),
            ("delete", "db = sqlite3.connect(sys.argv[1]); db.execute('SELECT count(*) FROM users').fetchall()", false),
            ("delete", "db = sqlite3.connect(sys.argv[1]); db.execute('BEGIN IMMEDIATE')", true),
            ("delete", "f = open(sys.argv[1], 'rb')", false),
        ])
    func found(_ journal: String, _ script: String, holdsLock: Bool) throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(journal: journal)
        let link = scratch.path("link.db")
        try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: path.string)
        #expect(try SQLiteFile.openers(of: path).openers.isEmpty)
        let (process, input) = try holding(script, at: path)
        let openers = try SQLiteFile.openers(of: link)
        #expect(openers.openers.map(\.pid) == [process.processIdentifier])
        #expect(openers.openers.first?.command.hasPrefix("python3") == true)
        #expect(openers.openers.first?.holdsLock == holdsLock)
        #expect(!openers.isNobody)
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(try SQLiteFile.openers(of: path).openers.isEmpty)
    }

    @Test("to look drops no lock of this process") func keepsLocks() throws {
        let scratch = try Scratch()
        let path = try scratch.makeDatabase(journal: "delete")
        let writer = try Writer(path)
        try writer.run("BEGIN EXCLUSIVE")
        #expect(try SQLiteFile.openers(of: path).openers.isEmpty)
        let script = """
            import sqlite3, sys
            try: sqlite3.connect(sys.argv[1], timeout=0).execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError: print("locked", end="")
            """
        #expect(try runProgram("python3", ["-c", script, path.string]).output == "locked")
    }

    @Test("a file that is not there is an error") func missing() throws {
        let scratch = try Scratch()
        #expect(sqliteError { try SQLiteFile.openers(of: scratch.path("none.db")) }?.kind == .missing)
    }
}
