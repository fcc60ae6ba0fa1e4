import DurableFiles
import Foundation
import Maintenance
import SystemPackage
import Testing

@testable import Conformance

/// Plugins that break one rule each, and what is said of them.
@Suite(.timeLimit(.minutes(3)))
struct ConformanceTests {
    struct Broken: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: String
        /// The checks that it fails.
        let fails: Set<String>
        var says = ""
        var dryRun = false
    }

    /// What begins every script: it reads its request, and has words for its results.
    static let prelude = """
        #!/bin/sh
        say() { printf '{"type":"result","outcome":"%s","summary":"%s"}\\n' "$1" "$2"; }
        ask() { read -r request || { say unknown "no request"; exit 3; }; }
        usual() { case $request in *'"whom":"you"'*) say ok fine; exit 0 ;; esac; say unknown "bad parameters"; exit 3; }

        """

    private func findings(
        _ script: String, dryRun: Bool = false, isCheck: Bool = false, timeLimit: Double = 30, silence: Double = 60
    ) async throws -> [ConformanceFinding] {
        let folder = FilePath(NSTemporaryDirectory()).appending("ronde-conformance-\(UUID().uuidString)")
        defer { try? Folder.removeTree(folder) }
        let own = folder.appending("plugin")
        try Folder.create(own)
        let file = own.appending("run")
        try DurableFile.write(Array((Self.prelude + script + "\n").utf8), to: file, permissions: .ownerReadWriteExecute)
        let program: PluginProgram =
            isCheck ? .check(path: file.string, arguments: []) : .executable(path: file.string, arguments: [])
        let manifest = PluginManifest(
            name: "odd", summary: "", parameters: [PluginParameter(name: "whom", kind: .string)],
            timeLimit: TimeSpan(.seconds(timeLimit)), dryRun: dryRun, keepsState: !isCheck, program: program)
        let subject = Subject(
            manifest: manifest, folder: own, service: Service(name: "check", title: "Check"),
            with: .object(["whom": .string("you")]), ronde: Self.ronde,
            environment: ["PATH": "/usr/bin:/bin", "OWN": own.string], grace: .seconds(3),
            longestSilence: .seconds(silence))
        return try await ConformanceRun(subject, in: folder.appending("work")).perform()
    }

    static let ronde: FilePath = {
        // Where this cannot be read there is no /proc, and no test here can run.
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folders = [FilePath(CommandLine.arguments[0]), FilePath(own ?? "")].map { $0.removingLastComponent() }
        let paths = folders.map { $0.appending("ronde") }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0.string) } ?? paths[0]
    }()

    @Test("a sound plugin passes every check", arguments: [false, true])
    func sound(dryRun: Bool) async throws {
        let all = try await findings("ask; usual", dryRun: dryRun)
        #expect(all.filter { $0.verdict == .failed } == [])
        #expect(all.count { $0.verdict == .skipped } == (dryRun ? 0 : 1))
        #expect(all.map(\.check).count == Set(all.map(\.check)).count)
    }

    @Test(
        "each broken rule is found, and nothing else is blamed",
        arguments: [
            Broken(
                testDescription: "no result", script: "ask; exit 0", fails: ["result", "exit status"],
                says: "no result, exit status 0"),
            Broken(
                testDescription: "two results", script: "ask; say ok one; usual",
                fails: ["result", "bad parameters"],
                says: "2 results"),
            Broken(
                testDescription: "talks on",
                script: #"ask; say ok fine; echo '{"type":"progress","message":"x"}'; exit 0"#,
                fails: ["result", "bad parameters"], says: "a result, and 1 event after it"),
            Broken(
                testDescription: "contradicts itself", script: "ask; say ok fine; exit 2",
                fails: ["exit status", "bad parameters"], says: "'ok', exit status 2"),
            Broken(
                testDescription: "prints words", script: "ask; echo Hello; usual", fails: ["output"],
                says: "1 of 2 lines: 'Hello' is no event"),
            Broken(
                testDescription: "floods", script: "ask; yes '{}'",
                fails: ["output", "result", "exit status", "output bounds", "bad parameters"],
                says: "it wrote more and was stopped"),
            Broken(
                testDescription: "overstays", script: "ask; sleep 600",
                fails: ["result", "exit status", "progress", "time limit", "bad parameters"],
                says: "it had to be stopped"),
            Broken(
                testDescription: "stumbles over new keys",
                script: "ask; case $request in *tomorrow*) exit 1 ;; esac; usual", fails: ["unknown keys"]),
            Broken(
                testDescription: "takes anything", script: "ask; say ok fine; exit 0", fails: ["bad parameters"],
                says: "'ok', exit status 0"),
            Broken(
                testDescription: "ignores TERM",
                script: "trap '' TERM; ask; [ \"${request#*unfit}\" = \"$request\" ] && sleep 8; usual",
                fails: ["stop, working", "input ends"], says: "it went on and had to be killed"),
            Broken(
                testDescription: "needs no request", script: "read -r request; say ok fine; exit 0",
                fails: ["no request", "bad parameters"]),
            Broken(
                testDescription: "waits although nobody is there",
                script: "while ! read -r request; do sleep 0.1; done; usual", fails: ["no request"],
                says: "it went on and had to be killed"),
            Broken(
                testDescription: "a dry run that leaves a file", script: "ask; touch \"$OWN/trace\"; usual",
                fails: ["dry run"], says: "trace", dryRun: true),
            Broken(
                testDescription: "a dry run that uses scratch", script: "ask; mkdir -p here; usual",
                fails: ["dry run"], says: "it made", dryRun: true),
        ])
    func broken(_ broken: Broken) async throws {
        let isSlow = broken.testDescription == "overstays"
        let all = try await findings(
            broken.script, dryRun: broken.dryRun, timeLimit: isSlow ? 2 : 30, silence: isSlow ? 1 : 60)
        let failed = all.filter { $0.verdict == .failed }
        #expect(Set(failed.map(\.check)) == broken.fails, "\(failed)")
        if !broken.says.isEmpty { #expect(failed.contains { $0.happened.contains(broken.says) }, "\(failed)") }
    }

    @Test("a program that is not there fails at its start")
    func missing() async throws {
        let all = try await findings("exec /nowhere/at-all")
        #expect(all.contains { $0.verdict == .failed && $0.happened.contains("/nowhere/at-all") }, "\(all)")
    }

    @Test(
        "checks of the Monitoring Plugins have rules of their own",
        arguments: [
            Broken(testDescription: "sound", script: "echo 'OK | a=1'", fails: []),
            Broken(testDescription: "status", script: "echo OK; exit 9", fails: ["exit status"], says: "exit status 9"),
            Broken(testDescription: "silent", script: "exit 0", fails: ["words"]),
            Broken(
                testDescription: "figures", script: "echo 'OK | a=b'", fails: ["figures"], says: "'a=b' cannot be read"),
            Broken(testDescription: "endless", script: "echo OK; sleep 600", fails: ["exit status", "time limit"]),
            Broken(
                testDescription: "stubborn", script: "trap '' TERM; echo OK; sleep 8; sleep 8", fails: ["stop, working"]
            ),
        ])
    func checks(_ broken: Broken) async throws {
        let isEndless = broken.testDescription == "endless"
        let all = try await findings(broken.script, isCheck: true, timeLimit: isEndless ? 1 : 30)
        let failed = all.filter { $0.verdict == .failed }
        #expect(Set(failed.map(\.check)) == broken.fails, "\(failed)")
        if !broken.says.isEmpty { #expect(failed.contains { $0.happened.contains(broken.says) }, "\(failed)") }
    }
}
