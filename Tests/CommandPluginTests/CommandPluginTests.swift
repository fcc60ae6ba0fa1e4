import CommandPlugin
import DatabasePluginTesting
import Foundation
import Maintenance
import PluginKit
import SystemPackage
import Testing

/// Real programs, run as tasks.
@Suite(.timeLimit(.minutes(1)))
struct CommandPluginTests {
    @Test(
        "the exit status decides",
        arguments: [
            ("{shell: exit 0}", .ok), ("{shell: exit 1}", .critical), ("{shell: exit 3, warning: [3]}", .warning),
            ("{shell: exit 7, ok: [0, 7]}", .ok), ("{shell: exit 0, ok: [7]}", .critical),
            ("{command: ['true']}", .ok), ("{command: [/bin/false]}", .critical),
            ("{shell: 'kill -9 $$'}", .critical),
            // The script stops at what fails.
            ("{shell: 'false; true'}", .critical),
        ] as [(String, Outcome)])
    func outcome(with: String, outcome: Outcome) async throws {
        #expect(try await PluginTrial<CommandPlugin>().perform(with).outcome == outcome)
    }

    @Test("what it says is kept, the last of it stands in the summary")
    func output() async throws {
        let record = try await PluginTrial<CommandPlugin>().perform(
            "{shell: 'for i in 1 2 3 4 5; do echo line $i; done; echo oops >&2; exit 1', output_lines: 2}")
        #expect(record.summary == "the script exited with status 1: oops")
        #expect(
            record.log.map(\.message) == [
                "line 4", "line 5", "standard error: oops", "3 earlier lines were not kept; see 'output_lines'",
            ])
        #expect(record.measured("exit_status") == 1)
        let well = try await PluginTrial<CommandPlugin>().perform("{command: [echo, '3 files, $HOME']}")
        #expect(well.summary == "echo 3 files, $HOME ended well: 3 files, $HOME")
    }

    @Test("it gets its input to the end, its variables and its folder")
    func surroundings() async throws {
        let trial = try PluginTrial<CommandPlugin>()
        let record = try await trial.perform(
            """
            shell: cat; echo "$GREETING $COUNT"; pwd
            input: "first\\n"
            environment: {GREETING: hello, COUNT: 3}
            working_directory: \(trial.folder)
            """)
        #expect(record.log.map(\.message) == ["first", "hello 3", trial.folder.string])
        let scratch = try await trial.perform("{command: [pwd]}")
        #expect(scratch.log.map(\.message) == [trial.scratch.string])
    }

    @Test("a dry run runs nothing")
    func dryRun() async throws {
        let trial = try PluginTrial<CommandPlugin>()
        let record = try await trial.perform("{shell: 'touch \(trial.folder)/made'}", dryRun: true)
        #expect(record.summary == "would run the script")
        #expect(!FileManager.default.fileExists(atPath: trial.folder.appending("made").string))
    }

    @Test("one that overstays is stopped")
    func overstays() async throws {
        let record = try await PluginTrial<CommandPlugin>().perform("{command: [sleep, '60']}", within: 0.3)
        #expect(record.outcome == .critical)
        #expect(record.summary.contains("time limit"))
        #expect(record.duration < .seconds(30))
    }

    @Test(
        "what cannot be run, or cannot be meant, is said",
        arguments: [
            ("{}", "either 'command'"), ("{command: [a], shell: b}", "either 'command'"),
            ("{command: []}", "first item"),
            ("{command: [no-such-program-here]}", "no program 'no-such-program-here'"),
            ("{command: [/nonexistent/program]}", "/nonexistent/program"), ("{command: [/etc/passwd]}", "/etc/passwd"),
            ("{command: [pwd], working_directory: /nonexistent}", "nonexistent"),
            ("{command: [pwd], environment: {'a=b': c}}", "'a=b'"), ("{command: [pwd], environment: {a: [b]}}", "'a'"),
            ("{command: [pwd], ok: [0, 1], warning: [1]}", "both"),
        ])
    func refused(with: String, words: String) async throws {
        let record = try await PluginTrial<CommandPlugin>().perform(with)
        #expect(record.outcome == .unknown || record.outcome == .critical)
        #expect(record.summary.contains(words), "\(record.summary)")
    }

    @Test("a flood of output, and rubbish in it, does no harm")
    func flood() async throws {
        let many = try await PluginTrial<CommandPlugin>().perform("{shell: 'seq 200000', output_lines: 3}")
        #expect(many.outcome == .ok)
        #expect(many.log.map(\.message).prefix(3) == ["199998", "199999", "200000"])
        let endless = try await PluginTrial<CommandPlugin>().perform("{shell: 'yes'}")
        #expect(endless.outcome == .critical)
        #expect(endless.summary.contains("wrote more"))
        let rubbish = try await PluginTrial<CommandPlugin>().perform("{shell: 'head -c 100000 /dev/urandom; echo'}")
        #expect(rubbish.outcome == .ok)
    }
}
