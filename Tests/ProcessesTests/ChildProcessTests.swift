import Foundation
import Processes
import Synchronization
import SystemPackage
import Testing

/// Real children, ended for real.
@Suite(.timeLimit(.minutes(2)))
struct ChildProcessTests {
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ bytes: [UInt8]) { lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } }
    }

    private func run(
        _ script: String, input: [UInt8] = [], timeLimit: Duration = .seconds(30), outputLimit: Int = 1 << 20,
        environment: [String: String] = [:]
    ) async throws -> (report: ChildReport, lines: [String]) {
        let lines = Lines()
        let child = ChildProcess(
            executable: "/bin/sh", arguments: ["-c", script],
            environment: environment.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }, input: input,
            timeLimit: timeLimit, grace: .milliseconds(300), outputLimit: outputLimit, errorLimit: 100)
        let report = try await child.run { lines.add($0) }
        return (report, lines.all)
    }

    @Test("passes on every line in order, and the exit status")
    func linesAndStatus() async throws {
        let (report, lines) = try await run("echo one; echo two; printf three; echo problem >&2; exit 7")
        #expect(report.end == .exited(7))
        #expect(lines == ["one", "two", "three"])
        #expect(report.errorText == "problem\n")
    }

    @Test("a child that never reads its input does no harm", arguments: [0, 1, 100, 1_000_000])
    func unreadInput(bytes: Int) async throws {
        let (report, lines) = try await run("echo done", input: [UInt8](repeating: 65, count: bytes))
        #expect(report.end == .exited(0))
        #expect(lines == ["done"])
    }

    @Test("input stays open until the output has ended")
    func inputStaysOpen() async throws {
        let (report, lines) = try await run(
            "read line; echo got $line; exec >&- 2>&-; cat >/dev/null; exit 4", input: Array("x\n".utf8))
        #expect(report.end == .exited(4))
        #expect(lines == ["got x"])
    }

    @Test("gets the given environment and nothing else")
    func environment() async throws {
        let (_, lines) = try await run(
            "env | sort | grep -v -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD=", environment: ["A": "1"])
        #expect(lines == ["A=1", "PATH=/usr/bin:/bin"])
    }

    @Test(
        "one that overstays is ended, whether it obeys TERM or not",
        arguments: [
            "sleep 600", "trap '' TERM; sleep 600; sleep 600", "(trap '' TERM; exec sleep 600) & wait",
        ])
    func overstaying(script: String) async throws {
        let mark = "ronde-test-\(UUID().uuidString)"
        let (report, _) = try await run("MARK=\(mark); export MARK; \(script)", timeLimit: .milliseconds(200))
        #expect(report.end == .timedOut)
        #expect(try await isGone(mark: mark), "a process with \(mark) in its environment is left")
    }

    @Test("a background process that outlives its leader is killed")
    func strays() async throws {
        let mark = "ronde-test-\(UUID().uuidString)"
        let (report, lines) = try await run("MARK=\(mark); export MARK; sleep 600 & echo done")
        #expect(report.end == .exited(0))
        #expect(lines == ["done"])
        #expect(try await isGone(mark: mark))
    }

    @Test("one that floods its output is stopped")
    func flood() async throws {
        let (report, _) = try await run("yes", outputLimit: 100_000)
        #expect(report.end == .flooded)
    }

    @Test("only the beginning of standard error is kept, and all of it is read")
    func longErrors() async throws {
        let (report, _) = try await run("head -c 1000000 /dev/zero | tr '\\0' e >&2; exit 3")
        #expect(report.end == .exited(3))
        #expect(report.errorText == String(repeating: "e", count: 100))
    }

    @Test("a signal that ended it is told")
    func signalled() async throws {
        #expect(try await run("kill -9 $$").report.end == .signalled(9))
    }

    @Test("cancelling the task ends the child")
    func cancelled() async throws {
        let mark = "ronde-test-\(UUID().uuidString)"
        let started = Lines()
        let child = ChildProcess(
            executable: "/bin/sh", arguments: ["-c", "echo up; sleep 600"], environment: ["MARK": mark],
            timeLimit: .seconds(60), grace: .milliseconds(300))
        let report = try await withThrowingTaskGroup(of: ChildReport?.self) { group in
            group.addTask { try await child.run { started.add($0) } }
            group.addTask {
                while started.all.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
                return nil
            }
            _ = try await group.next()
            group.cancelAll()
            return try await group.next() ?? nil
        }
        #expect(report?.end == .cancelled)
        #expect(try await isGone(mark: mark))
    }

    @Test("a program that cannot be started is an error that names it", arguments: ["/nowhere/program", "/etc/passwd"])
    func notStarted(path: String) async throws {
        let child = ChildProcess(executable: FilePath(path), timeLimit: .seconds(5))
        let error = await #expect(throws: ChildStartError.self) { try await child.run { _ in } }
        #expect(error?.description.contains(path) == true)
    }

    /// Whether no process has `mark` in its environment, as soon as that is so, or after ten seconds.
    private func isGone(mark: String) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            let isLeft = try FileManager.default.contentsOfDirectory(atPath: "/proc").contains { name in
                guard Int(name) != nil, let environment = FileManager.default.contents(atPath: "/proc/\(name)/environ")
                else { return false }
                return String(decoding: environment, as: UTF8.self).contains(mark)
            }
            if !isLeft { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}
