import ConfigurationFiles
import DatabasePluginTesting
import DurableFiles
import Foundation
import LogsPlugin
import Maintenance
import PluginKit
import SystemPackage
import Testing

/// A folder with a log `app.log`, which a task follows.
struct LogBench {
    let trial: PluginTrial<LogsPlugin>

    init() throws { trial = try PluginTrial() }

    var folder: FilePath { trial.folder.appending("logs") }
    var log: FilePath { folder.appending("app.log") }

    func path(_ name: String) -> FilePath { folder.appending(name) }

    /// Adds to a file, which is made where it is missing.
    func append(_ text: String, to name: String = "app.log") throws { try append(Array(text.utf8), to: name) }

    func append(_ bytes: [UInt8], to name: String = "app.log") throws {
        try Folder.create(folder)
        let file = try FileDescriptor.open(
            path(name), .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
        try file.closeAfter { _ = try file.writeAll(bytes) }
    }

    func move(_ old: String, _ new: String) throws { try DurableFile.rename(path(old), to: path(new)) }

    func text(_ name: String) throws -> String {
        String(decoding: try DurableFile.read(path(name), limit: 1 << 24), as: UTF8.self)
    }

    func names() throws -> [String] { try Folder.entries(of: folder) }

    @discardableResult
    func shell(_ command: String) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "cd '\(folder)' && \(command)"]
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Follows the log, or files that are given.
    func look(
        _ more: String = "", files: String? = nil, dryRun: Bool = false, attempt: Int = 1
    ) async throws -> TrialRecord {
        try await trial.perform("files: ['\(files ?? log.string)']\n\(more)", dryRun: dryRun, attempt: attempt)
    }
}

extension TrialRecord {
    /// The lines of the log that fit the pattern `errors`, without the file.
    var errors: Double? { measured("errors.lines") }
    var lines: Double? { measured("lines") }
}

@Suite("The logs plugin")
struct LogsPluginTests {
    @Test("its manifest is free of mistakes and has the defaults it documents")
    func manifest() throws {
        let manifest = try PluginTrial<LogsPlugin>.manifest()
        #expect(manifest.keepsState && manifest.dryRun)
        let (value, mistakes) = ParameterReading.read("files: [/a]", of: manifest)
        #expect(mistakes.isEmpty && value?["tail"] == .integer(50) && value?["samples"] == .integer(5))
        for text in ["", "files: [/a]\nrotate: {}", "files: [/a]\npatterns: [{name: A, match: x}]", "files: /a"] {
            #expect(!ParameterReading.read(text, of: manifest).mistakes.isEmpty, "\(text)")
        }
    }

    @Test(
        "finds what goes wrong in common formats, and no words that only look like it",
        arguments: [
            ("2025-12-16 02:00:00,123 ERROR: no such user [in app.py:12]", "errors"),
            ("[ERROR] x", "errors"), ("level=ERROR", "errors"), ("ERROR", "errors"), ("CRITICAL: full", "critical"),
            ("FATAL x", "critical"), ("Traceback (most recent call last):", "exceptions"),
            ("java.lang.NullPointerException: x", "exceptions"), ("unhandled exception in thread", "exceptions"),
            ("GET /api/users 200", ""), ("no ERRORS were found", ""), ("NOTFATAL", ""), ("exceptional service", ""),
        ])
    func defaults(_ line: String, _ name: String) async throws {
        let bench = try LogBench()
        try bench.append(line + "\n")
        let record = try await bench.look()
        let counted = ["critical", "errors", "exceptions"].filter { record.measured("\($0).lines") == 1 }
        #expect(counted == (name.isEmpty ? [] : [name]))
        #expect(record.outcome == (name.isEmpty ? .ok : name == "critical" ? .critical : .warning), "\(record.result)")
        if !name.isEmpty { #expect(record.summary.contains(line)) }
    }

    @Test("each line is counted once over many runs, and one that has not ended is left for the next")
    func goesOn() async throws {
        let bench = try LogBench()
        try bench.append("old ERROR\n")
        #expect(try await bench.look().errors == 1)
        try bench.append("a ERROR\nb\nc ERR")
        #expect(try await bench.look().lines == 2)
        #expect(try await bench.look().lines == 0)
        try bench.append("OR\n")
        let last = try await bench.look()
        #expect(last.lines == 1 && last.errors == 1)
        let nothing = try await bench.look()
        #expect(nothing.outcome == .ok && nothing.summary == "0 new lines in 1 file, none that fits a pattern")
    }

    @Test("the first run begins at the last lines, or at the start where that is said", arguments: ["end", "start"])
    func begins(_ from: String) async throws {
        let bench = try LogBench()
        try bench.append((1...100).map { "ERROR \($0)\n" }.joined())
        let record = try await bench.look("tail: 7\nfrom: \(from)")
        #expect(record.errors == (from == "end" ? 7 : 100))
        let tail = record.log.map(\.message).filter { $0.hasPrefix("| ") }
        #expect(tail == (94...100).map { "| ERROR \($0)" })
    }

    @Test("a second attempt of the same run finds what the first one found; a dry run notes nothing")
    func attempts() async throws {
        let bench = try LogBench()
        try bench.append("a\n")
        _ = try await bench.look()
        try bench.append("ERROR\n")
        let state = bench.trial.state.appending("positions.json")
        let before = try DurableFile.read(state, limit: 1 << 20)
        #expect(try await bench.look().errors == 1)
        #expect(try await bench.look(attempt: 2).errors == 1)
        #expect(try await bench.look(attempt: 3).errors == 1)
        #expect(try await bench.look().errors == 0)
        try DurableFile.write(before, to: state, permissions: .ownerReadWrite)
        #expect(try await bench.look(dryRun: true).errors == 1)
        #expect(try DurableFile.read(state, limit: 1 << 20) == before)
        #expect(try await bench.look().errors == 1)
    }

    @Test("more lines than are allowed are told with the first and the last of them; fewer are not")
    func rules() async throws {
        let bench = try LogBench()
        let patterns = """
            samples: 4
            patterns:
              - {name: slow, match: 'took [0-9]{4,}ms', outcome: critical, at_most: 3, ignore: [/api/export, nightly$]}
              - {name: logins, match: 'login', outcome: info}
            """
        try bench.append(
            "took 1000ms\ntook 999ms\ntook 5000ms /api/export\ntook 5000ms nightly\nlogin\ntook 2000ms\ntook 3000ms\n")
        let fine = try await bench.look(patterns)
        #expect(fine.outcome == .ok && fine.measured("slow.lines") == 3 && fine.measured("logins.lines") == 1)
        #expect(fine.summary == "7 new lines in 1 file: 3 slow (3 allowed), 1 logins")
        try bench.append((1...9).map { "took \($0)000ms\n" }.joined())
        let much = try await bench.look(patterns)
        #expect(much.outcome == .critical && much.summary.hasSuffix("took 9000ms"), "\(much.summary)")
        let shown = much.log.filter { $0.level == .error }.map(\.message)
        #expect(shown.count == 5 && shown[2] == "slow: … and 5 more …" && shown[1].hasSuffix("took 2000ms"))
    }

    @Test("long lines are cut, control characters and bytes that are no UTF-8 are shown as such")
    func rubbish() async throws {
        let bench = try LogBench()
        try bench.append("\u{1B}[31mERROR\u{1B}[0m\r\n")
        try bench.append([0xFF, 0xC3, 0x28, 0x00] + Array(" ERROR é\u{202E}\n".utf8))
        try bench.append("ERROR " + String(repeating: "é", count: 100_000) + " FATAL\n")
        let record = try await bench.look("from: start")
        #expect(record.errors == 3 && record.measured("critical.lines") == 0)
        let shown = record.log.filter { $0.level == .warning }.map(\.message)
        try #require(shown.count == 3)
        #expect(shown[0].hasSuffix("app.log: \\x1B[31mERROR\\x1B[0m"))
        #expect(shown[1].hasSuffix("app.log: \\xFF\\xC3(\\x00 ERROR é\\u{202E}"), "\(shown[1])")
        #expect(shown[2].hasSuffix("é… (199514 more bytes)"), "\(shown[2].suffix(60))")
        #expect(shown.allSatisfy { $0.utf8.count < 1000 })
        #expect(record.log.contains { $0.message.hasPrefix("1 line longer than") })
        #expect(record.log.contains { $0.message == "| \\x1B[31mERROR\\x1B[0m" })
    }

    @Test("of more than is read in a run the newest is read, and the rest is told of")
    func limit() async throws {
        let bench = try LogBench()
        try bench.append("start\n")
        _ = try await bench.look()
        let line = "ERROR " + String(repeating: "x", count: 993) + "\n"
        try bench.append(String(repeating: line, count: 100) + "last ERROR\n")
        let record = try await bench.look("limit: 64KiB")
        #expect(record.outcome == .warning && record.errors == 66, "\(record.result)")
        #expect(record.measured("unread") == Double(100_011 - 65_536))
        #expect(record.log.contains { $0.message.contains("were passed over") })
        #expect(try await bench.look("limit: 64KiB").lines == 0)
    }

    @Test("what is missing or no file is said, and keeps no other log from being read")
    func missing() async throws {
        let bench = try LogBench()
        try bench.append("ERROR\n")
        let files = "\(bench.log)', '\(bench.path("none.log"))', '\(bench.path("*.txt"))', '\(bench.folder)"
        let record = try await bench.look(files: files)
        #expect(record.outcome == .critical && record.errors == 1)
        let said = record.log.map(\.message)
        #expect(said.contains { $0.contains("none.log' does not exist") })
        #expect(said.contains { $0.contains("*.txt' fits no file") })
        #expect(said.contains { $0.contains("cannot follow '\(bench.folder)'") }, "\(said)")
        try bench.shell("mkfifo pipe.log")
        let pipe = try await bench.look(files: bench.path("pipe.log").string)
        #expect(pipe.outcome == .critical && pipe.summary.contains("pipe.log"))
    }

    @Test("files that appear later are new from their start; rotated ones that a pattern fits are no logs of their own")
    func appears() async throws {
        let bench = try LogBench()
        try bench.append(String(repeating: "x\n", count: 5))
        let files = bench.path("*").string
        #expect(try await bench.look("tail: 2", files: files).lines == 2)
        try bench.append("ERROR\nERROR\nERROR\n", to: "new.log")
        #expect(try await bench.look("tail: 2", files: files).errors == 3)
        try bench.move("new.log", "new.log.1")
        try bench.append("ERROR\n", to: "new.log.1")
        try bench.append("b\n", to: "new.log")
        let rotated = try await bench.look("tail: 2", files: files)
        #expect(rotated.lines == 2 && rotated.errors == 1 && rotated.outcome == .warning)
    }

    @Test(
        "parameters that cannot be right end unknown",
        arguments: [
            ("files: []", "empty"), ("files: [app.log]", "absolute"), ("files: [/a/../b]", ".."),
            ("files: [/a]\npatterns: [{name: a, match: '(b'}]", "'a': character 1: this '(' is never closed"),
            ("files: [/a]\npatterns: [{name: a, match: b, ignore: ['*']}]", "'ignore' of 'a'"),
            ("files: [/a]\npatterns: [{name: a, match: b}, {name: a, match: c}]", "same name"),
            ("files: [/a]\nlimit: 1B", "at least"), ("files: [/a]\nrotate: {at: 0B}", "empty file"),
        ])
    func refuses(_ parameters: String, _ says: String) async throws {
        let record = try await PluginTrial<LogsPlugin>().perform(parameters)
        #expect(record.outcome == .unknown && record.summary.contains(says), "\(record.result)")
    }

    @Test("a state that is damaged is said, and the log is followed from its end")
    func damaged() async throws {
        let bench = try LogBench()
        try bench.append("a\n")
        _ = try await bench.look()
        try DurableFile.write([1, 2], to: bench.trial.state.appending("positions.json"), permissions: .ownerReadWrite)
        let record = try await bench.look()
        #expect(record.outcome == .warning && record.summary.contains("is damaged"))
        #expect(try await bench.look().outcome == .ok)
    }
}
