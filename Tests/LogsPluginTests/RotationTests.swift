import DatabasePluginTesting
import DurableFiles
import Foundation
import Maintenance
import SystemPackage
import Testing

@Suite("Logs that rotate")
struct RotationTests {
    /// A bench whose log has been read up to its three lines.
    private func bench() async throws -> LogBench {
        let bench = try LogBench()
        try bench.append("one\ntwo\nthree\n")
        #expect(try await bench.look().lines == 3)
        return bench
    }

    @Test(
        "the rest of the old file is read before the new one, whatever rotates it",
        arguments: [
            "mv app.log app.log.1", "mv app.log app.log-20261122", "mv app.log old-name",
            "mv app.log app.log.1; gzip app.log.1",
            "cp app.log app.log.1; : > app.log", "cp app.log app.log.1; gzip app.log.1; : > app.log",
            "mv app.log app.log.2; printf 'mid ERROR\\n' > app.log.1; touch -d '+1 second' app.log.1",
        ])
    func follows(_ rotate: String) async throws {
        let bench = try await bench()
        try bench.append("four ERROR\n")
        #expect(try bench.shell(rotate) == 0)
        try bench.append("five\n")
        let record = try await bench.look()
        let isTwice = rotate.contains("mid")
        #expect(record.lines == (isTwice ? 3 : 2) && record.errors == (isTwice ? 2 : 1), "\(record.result)")
        #expect(!record.summary.contains("truncated or replaced"), "\(record.result)")
        #expect(try await bench.look().lines == 0)
    }

    @Test("a writer that has the old file open still is heard")
    func lateWriter() async throws {
        let bench = try await bench()
        let file = try FileDescriptor.open(bench.log, .writeOnly, options: .append)
        try bench.move("app.log", "app.log.1")
        try bench.append("new\n")
        #expect(try await bench.look().lines == 1)
        try file.closeAfter { _ = try file.writeAll(Array("late ERROR\n".utf8)) }
        let record = try await bench.look()
        #expect(record.lines == 1 && record.errors == 1, "\(record.result)")
        #expect(try await bench.look().lines == 0)
    }

    @Test("a log that is gone for the moment is gone on with where it was")
    func gap() async throws {
        let bench = try await bench()
        try bench.append("four\n")
        try bench.move("app.log", "app.log.1")
        let gone = try await bench.look()
        #expect(gone.lines == 1 && gone.outcome == .warning)
        try bench.append("five\n", to: "app.log.1")
        try bench.append("six\n")
        #expect(try await bench.look().lines == 2)
    }

    @Test(
        "a file that was truncated or replaced, even with the same inode, is read from its start, and the loss is told",
        arguments: [
            ": > app.log", "rm app.log",
            "printf 'one\\nTWO\\nthree\\nmore\\n' > app.log.x; cat app.log.x > app.log; rm app.log.x",
        ])
    func replaced(_ command: String) async throws {
        let bench = try await bench()
        try bench.shell(command)
        try bench.append("ERROR\n")
        let record = try await bench.look()
        #expect(record.errors == 1 && record.lines == (command.contains("TWO") ? 5 : 1), "\(record.result)")
        #expect(record.outcome == .warning && record.log.contains { $0.message.contains("truncated or replaced") })
        #expect(try await bench.look().outcome == .ok)
    }

    @Test("a symbolic link that is turned to the next file is followed")
    func link() async throws {
        let bench = try LogBench()
        try bench.append("a\n", to: "app-1.log")
        try bench.shell("ln -s app-1.log app.log")
        #expect(try await bench.look().lines == 1)
        try bench.append("b\n", to: "app-1.log")
        try bench.append("c\n", to: "app-2.log")
        try bench.shell("ln -sfn app-2.log app.log")
        #expect(try await bench.look().lines == 2)
    }

    @Test("rotates by size, keeps as many as it is told to and reads every line once")
    func rotates() async throws {
        let bench = try LogBench()
        try bench.append("first\n")
        _ = try await bench.look()
        var total = 0.0
        for round in 1...6 {
            try bench.append((1...4).map { "round \(round) line \($0)\n" }.joined() + "part")
            try bench.shell("chmod 640 app.log")
            let record = try await bench.look("rotate: {at: 50B, keep: 3}")
            #expect(record.outcome == .ok && record.summary.contains("1 rotated"), "\(record.result)")
            total += record.lines ?? 0
        }
        total += try await bench.look().lines ?? 0
        #expect(total == 6 * 4 + 6)
        #expect(try bench.names() == ["app.log", "app.log.1", "app.log.2", "app.log.3"])
        #expect(try bench.text("app.log.1").hasPrefix("round 6") && bench.text("app.log.3").hasPrefix("round 4"))
        let facts = try #require(try FileFacts.of(bench.log, followingLinks: false))
        #expect(facts.permissions.rawValue == 0o640 && facts.size == 0)
    }

    @Test("copies and truncates where the writer keeps the file open, and loses nothing that it wrote before")
    func copies() async throws {
        let bench = try await bench()
        let file = try FileDescriptor.open(bench.log, .writeOnly, options: .append)
        for round in 1...4 {
            _ = try file.writeAll(Array("round \(round)\nand a part of".utf8))
            let record = try await bench.look("rotate: {at: 8B, keep: 9, copy: true}")
            #expect(record.summary.contains("1 rotated"), "\(record.result)")
            // What had not ended is in the copy, and is read as its last line.
            #expect(record.lines == (round == 1 ? 1 : 2), "\(record.result)")
        }
        try file.close()
        #expect(try bench.text("app.log").isEmpty && bench.text("app.log.1") == "round 4\nand a part of")
        #expect(try bench.names().count == 5)
        #expect(try await bench.look().lines == 1)
        #expect(try await bench.look().lines == 0)
    }

    @Test("a file that a program has open is not renamed, and a dry run rotates nothing")
    func leaves() async throws {
        let bench = try await bench()
        let dry = try await bench.look("rotate: {at: 1B}", dryRun: true)
        #expect(dry.log.contains { $0.message.hasPrefix("would rotate") })
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "exec 9>>'\(bench.log)'; echo ready; read -r line"]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        _ = output.fileHandleForReading.availableData
        let record = try await bench.look("rotate: {at: 1B}")
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(record.outcome == .warning && record.summary.contains("copy: true"), "\(record.result)")
        #expect(try bench.names() == ["app.log"])
        try bench.shell("mv app.log real; ln -s real app.log")
        #expect(try await bench.look("rotate: {at: 1B}").summary.contains("symbolic link"))
    }
}
