import Foundation
import Glibc
import Maintenance
import Reports
import Testing

@testable import Runner

/// What plugins may do to their runner.
@Suite(.timeLimit(.minutes(3)))
struct PluginProcessTests {
    struct Behaviour: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: String
        let outcome: Outcome
        let says: String
    }

    @Test("a nice task is nice, and so is its session where Linux shares the processors among sessions")
    func niceness() async throws {
        let stage = try Stage([
            "polite": "say ok \"$(nice) $(cut -d' ' -f3 /proc/self/autogroup 2>/dev/null || echo none)\""
        ])
        let own = Int(getpriority(__priority_which_t(0), 0))
        for nice in [0, 7] {
            let task = TaskDefinition(
                name: "polite", title: "Polite", plugin: "polite", with: .object([:]), needs: [],
                timeLimit: TimeSpan(.seconds(60)), retry: .once, load: TaskLoad(nice: nice))
            let report = try await stage.runner().run(
                stage.checklist([task]), .init(trigger: .manual), observer: SilentObserver())
            let words = report.tasks[0].summary.split(separator: " ").map(String.init)
            #expect(words.first == "\(own + nice)", "\(words)")
            if words.last != "none" { #expect(words.last == "\(nice == 0 ? 0 : own + nice)") }
        }
    }

    @Test(
        "whatever a plugin does, its task ends with a reason and nothing is left",
        arguments: [
            Behaviour(
                testDescription: "no result", script: "exit 0", outcome: .unknown,
                says: "gave no result (exit status 0)"),
            Behaviour(
                testDescription: "missing program behind", script: "exec /nowhere/program", outcome: .unknown,
                says: "/nowhere/program"),
            Behaviour(testDescription: "killed", script: "kill -9 $$", outcome: .unknown, says: "killed by signal 9"),
            Behaviour(
                testDescription: "floods bytes",
                script:
                    "yes 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789",
                outcome: .unknown, says: "wrote more than"),
            Behaviour(
                testDescription: "floods empty lines", script: "yes ''", outcome: .unknown, says: "wrote more than"),
            Behaviour(
                testDescription: "floods everything", script: "yes '' & yes >&2", outcome: .unknown,
                says: "wrote more than"),
            Behaviour(
                testDescription: "floods standard error", script: "head -c 30000000 /dev/zero >&2; say ok fine",
                outcome: .ok,
                says: "fine"),
            Behaviour(
                testDescription: "a line without end", script: "head -c 5000000 /dev/zero | tr '\\0' x; say ok fine",
                outcome: .unknown, says: "no event"),
            Behaviour(
                testDescription: "NUL and no UTF-8", script: "printf 'a\\000\\377b\\n'; say ok fine", outcome: .unknown,
                says: "no event"),
            Behaviour(
                testDescription: "nested without end",
                script: "head -c 900000 /dev/zero | tr '\\0' '['; echo; say ok fine",
                outcome: .unknown, says: "no event"),
            Behaviour(
                testDescription: "no line feed at the end",
                script: #"printf '{"type":"result","outcome":"ok","summary":"fine"}'; exit 0"#, outcome: .ok,
                says: "fine"),
            Behaviour(
                testDescription: "closes its output and goes on",
                script: #"echo '{"type":"result","outcome":"ok","summary":"fine"}'; exec >&- 2>&-; sleep 0.3; exit 0"#,
                outcome: .ok, says: "fine"),
            Behaviour(
                testDescription: "leaves a process that holds its output", script: "sleep 600 & say ok fine",
                outcome: .ok,
                says: "fine"),
            Behaviour(
                testDescription: "leaves one that ignores TERM",
                script: "(trap '' TERM; sleep 600; sleep 600) & say ok fine",
                outcome: .ok, says: "fine"),
            Behaviour(
                testDescription: "closes its input", script: "exec <&-; sleep 0.1; say ok fine", outcome: .ok,
                says: "fine"),
        ])
    func behaviour(_ behaviour: Behaviour) async throws {
        let stage = try Stage(["odd": behaviour.script])
        let report = try await stage.runner().run(
            stage.checklist([.of("odd")]), .init(trigger: .manual), observer: SilentObserver())
        let task = try #require(report.tasks.first)
        #expect(task.outcome == behaviour.outcome)
        #expect(task.summary.contains(behaviour.says), "\(task.summary)")
        #expect(try await stage.isLeftByAll())
        // The report can be stored and read again, whatever stands in it.
        let stored = try #require(try stage.reports.read(report.run).tasks.first)
        #expect(stored.summary == task.summary && stored.log == task.log)
    }

    @Test("a program that cannot be started is named")
    func missingProgram() async throws {
        let stage = try Stage(["gone": "exit 0"])
        var settings = stage.settings
        settings.plugins["gone"]?.program = .executable(path: "/nowhere/plugin", arguments: [])
        let report = try await ChecklistRunner(settings: settings, store: stage.store).run(
            stage.checklist([.of("gone")]), .init(trigger: .manual), observer: SilentObserver())
        #expect(report.tasks.first?.outcome == .unknown)
        #expect(report.tasks.first?.summary.contains("cannot start /nowhere/plugin") == true)
    }

    @Test("output that comes faster than it is taken is not lost")
    func fastOutput() async throws {
        let line = #"{"type":"measurement","name":"n","value":1,"unit":""}"#
        let stage = try Stage(["fast": "for i in $(seq 900); do echo '\(line)'; done; say ok fine"])
        let report = try await stage.runner().run(
            stage.checklist([.of("fast")]), .init(trigger: .manual), observer: SlowObserver())
        #expect(report.tasks.first?.measurements.count == 900, "\(report.tasks.first?.summary ?? "")")
    }

    @Test("a compiled-in plugin is started through the same executable")
    func compiledIn() async throws {
        let stage = try Stage([:])
        var settings = stage.settings
        settings.plugins["nosuch"] = PluginManifest(name: "nosuch", summary: "", program: .compiledIn)
        let report = try await ChecklistRunner(settings: settings, store: stage.store).run(
            stage.checklist([.of("nosuch")]), .init(trigger: .manual), observer: SilentObserver())
        #expect(report.tasks.first?.summary.contains("there is no compiled-in plugin 'nosuch'") == true)
    }
}

/// Takes its time over everything it is told.
private struct SlowObserver: RunObserver {
    func observe(_ event: RunEvent) { Thread.sleep(forTimeInterval: 0.001) }
}
