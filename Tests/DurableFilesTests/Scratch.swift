import DurableFiles
import Foundation
import Glibc
import SystemPackage
import Testing

/// A folder for one test, removed when the test ends.
final class Scratch: Sendable {
    let path: FilePath

    init() throws {
        let name = "ronde-durable-files-\(UUID().uuidString)"
        path = FilePath(FileManager.default.temporaryDirectory.path).appending(name)
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: false)
    }

    deinit {
        // The test is over; a folder that cannot be removed is a fault of the machine, which other tests report.
        try? FileManager.default.removeItem(atPath: path.string)
    }

    func callAsFunction(_ name: String) -> FilePath { path.appending(name) }

    /// Writes a file by other means than those under test.
    @discardableResult
    func put(_ text: String, at name: String) throws -> FilePath {
        try Data(text.utf8).write(to: URL(fileURLWithPath: self(name).string))
        return self(name)
    }
}

/// Reads a file by other means than those under test.
func text(at path: FilePath) throws -> String {
    try String(contentsOfFile: path.string, encoding: .utf8)
}

func error(of body: () throws -> Void) -> FileError? {
    #expect(throws: FileError.self, performing: body)
}

/// A program that has said its first line and waits for the end of its input.
final class Party {
    let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init(_ arguments: String...) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let said = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        try #require(said == "ready\n")
    }

    /// Kills the program outright; what it had started ends with its input, and only then is the end noticed.
    func kill() {
        guard process.isRunning else { return }
        Glibc.kill(process.processIdentifier, SIGKILL)
        // A pipe of ours that does not close would hang the next line, and the test's time limit says so.
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    deinit { kill() }
}
