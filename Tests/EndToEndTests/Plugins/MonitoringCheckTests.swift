import Foundation
import Glibc
import Testing

/// Checks of Debian's monitoring-plugins, unmodified, as tasks.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct MonitoringCheckTests {
    private static let folder = "/usr/lib/nagios/plugins"

    private static func isInstalled(_ check: String) -> Bool {
        FileManager.default.isExecutableFile(atPath: "\(folder)/\(check)")
    }

    @Test(
        "check_disk measures the file system it is told of, in ranges",
        .enabled(if: isInstalled("check_disk"), "needs monitoring-plugins-basic"))
    func disk() async throws {
        let instance = try await PluginInstance()
        try instance.plugin(
            "room-left",
            """
            kind: nagios
            command: [\(Self.folder)/check_disk, -w, "{warning}", -c, "{critical}", "--path={paths}"]
            parameters:
              warning: {type: percentage, default: 10%}
              critical: {type: percentage, default: 5%}
              paths: {type: array, items: {type: string}, default: [/]}
            """)
        let (ending, task) = try await instance.run("room-left", with: ["warning=0%", "critical=0%"])
        #expect(ending.status == 0, "\(ending)")
        #expect(task.summary.hasPrefix("DISK OK"))
        #expect(task.measurements.map { $0["name"] as? String } == ["root"])
        #expect(task.measurements.first?["unit"] as? String == "B")
        #expect((task.measurements.first?["value"] as? Double ?? 0) > 0)
        let full = try await instance.run("room-left", with: ["warning=100%", "critical=100%", "paths=[/, /dev]"])
        #expect(full.ending.status == 2, "\(full.ending)")
        #expect(full.task["outcome"] as? String == "critical")
        #expect(full.task.measurements.map { $0["name"] as? String } == ["root", "dev"])
    }

    @Test(
        "check_load and check_procs run, and check_procs finds what is not there",
        .enabled(if: isInstalled("check_procs"), "needs monitoring-plugins-basic"))
    func loadAndProcesses() async throws {
        let instance = try await PluginInstance()
        try instance.plugin(
            "load", "kind: nagios\ncommand: [\(Self.folder)/check_load, -w, '900,900,900', -c, '999,999,999']")
        let load = try await instance.run("load")
        #expect(load.ending.status == 0, "\(load.ending)")
        #expect(load.task.measurements.map { $0["name"] as? String } == ["load1", "load5", "load15"])
        #expect(load.task.measurements.first?["critical"] as? String == "999")
        try instance.plugin(
            "procs",
            """
            kind: nagios
            command: [\(Self.folder)/check_procs, -C, "{program}", -c, "1:"]
            parameters: {program: {type: string, required: true}}
            """)
        let procs = try await instance.run("procs", with: ["program=no-such-program"])
        #expect(procs.ending.status == 2, "\(procs.ending)")
        #expect(procs.task.measurements.first?["critical"] as? String == "1:")
        #expect(procs.task.measurements.first?["value"] as? Double == 0)
    }

    @Test(
        "check_http looks at a real server, and says so when it is gone",
        .enabled(if: isInstalled("check_http"), "needs monitoring-plugins-basic"))
    func http() async throws {
        let instance = try await PluginInstance()
        let script = TestInstance.repository + "/Tests/EndToEndTests/Services/faulty_service.py"
        let server = try Program("/usr/bin/env", ["python3", script, "nonsense"], in: instance.folder)
        defer { server.signal(SIGKILL) }
        let address = try await instance.instance.address(of: server)
        let port = try #require(address.split(separator: ":").last)
        try instance.plugin(
            "web",
            """
            kind: nagios
            time_limit: 20s
            command: [\(Self.folder)/check_http, -I, 127.0.0.1, -p, "{port}", -w, 5, -c, 10]
            parameters: {port: {type: integer, required: true}}
            """)
        let up = try await instance.run("web", with: ["port=\(port)"])
        #expect(up.ending.status == 0, "\(up.ending)")
        #expect(up.task.measurements.map { $0["name"] as? String } == ["time", "size"])
        #expect(up.task.measurements.first?["unit"] as? String == "s")
        server.signal(SIGKILL)
        _ = try await server.wait()
        let down = try await instance.run("web", with: ["port=\(port)"])
        #expect(down.ending.status == 2, "\(down.ending)")
        #expect(down.task.summary.contains("refused"), "\(down.task.summary)")
    }

    @Test("a check in a checklist is a task like others, with its words and figures in the report")
    func checklist() async throws {
        let instance = try await PluginInstance()
        try instance.plugin(
            "rooms", "kind: nagios\ncommand: [./run]",
            program: """
                #!/bin/sh
                echo "ROOMS WARNING - 3 of 4 full | 'full rooms'=3;2;4;0;4"
                echo "the first | broken"
                echo "size=12,5KB;~:10"
                exit 1
                """)
        try instance.instance.schedule(
            "daily", "checklist: daily\nservice: api\ntasks: [{task: rooms, plugin: rooms}]\n")
        let run = try await instance.ronde("run", "daily", "--json")
        #expect(run.status == 1, "\(run)")
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let task = try #require((report["tasks"] as? [[String: Any]])?.first)
        #expect(task.summary == "ROOMS WARNING - 3 of 4 full")
        #expect(task.measurements.map { $0["name"] as? String } == ["full_rooms", "size"])
        #expect(task.measurements.last?["value"] as? Double == 12.5)
        #expect(task.logMessages == ["the first", "performance data that cannot be read: 'broken'"])
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let script: String
        let status: Int32
        let says: String
    }

    @Test(
        "whatever a check does, its task ends with a reason",
        arguments: [
            Case(testDescription: "unknown", script: "echo no idea; exit 3", status: 3, says: "no idea"),
            Case(
                testDescription: "no such status", script: "echo odd; exit 77", status: 3,
                says: "status 77, which no check has. It said: odd"),
            Case(
                testDescription: "missing program behind", script: "exec /nowhere/check", status: 3,
                says: "/nowhere/check"),
            Case(testDescription: "silent and well", script: "exit 0", status: 3, says: "said nothing (exit status 0)"),
            Case(
                testDescription: "silent and ill", script: "echo why >&2; exit 2", status: 2,
                says: "(exit status 2): why"),
            Case(testDescription: "figures only", script: "echo '|a=1'", status: 0, says: "figures and no words"),
            Case(testDescription: "killed", script: "kill -9 $$", status: 3, says: "killed by signal 9"),
            Case(
                testDescription: "reads its input", script: "read -r word; echo \"read: '$word'\"", status: 0,
                says: "read: ''"),
            Case(testDescription: "floods", script: "yes flood", status: 3, says: "wrote more than"),
            Case(
                testDescription: "overstays", script: "echo at first; sleep 600", status: 2,
                says: "longer than its time limit of 1s"),
            Case(
                testDescription: "JSON is just text",
                script: #"echo '{"type":"result","outcome":"critical","summary":"x"}'"#, status: 0, says: #"{"type""#),
        ])
    func behaviour(_ behaviour: Case) async throws {
        let instance = try await PluginInstance()
        try instance.plugin(
            "odd", "kind: nagios\ntime_limit: \(behaviour.testDescription == "overstays" ? 1 : 60)s\ncommand: [./run]",
            program: "#!/bin/sh\n" + behaviour.script)
        let (ending, task) = try await instance.run("odd")
        #expect(ending.status == behaviour.status, "\(ending)")
        #expect(task.summary.contains(behaviour.says), "\(task.summary)")
    }

    @Test("parameters are words of their own, whatever stands in them")
    func words() async throws {
        let instance = try await PluginInstance()
        try instance.plugin(
            "say",
            """
            kind: nagios
            command: [./run, "{text}", "--each={list}", "{{text}", "--maybe={maybe}", "a{2,3}"]
            parameters:
              text: {type: string, required: true}
              list: {type: array, items: {type: string}, default: []}
              maybe: {type: number}
            """,
            program: "#!/bin/sh\nprintf '<%s>' \"$@\"")
        let (_, task) = try await instance.run("say", with: [#"text="a b; $(id) 'x'""#, "list=[p, 'q r']"])
        #expect(task.summary == "<a b; $(id) 'x'><--each=p><--each=q r><{text}><a{2,3}>")
        let bad = try await instance.run("say", with: [#"text="a\0b""#])
        #expect(bad.task.summary.contains("NUL"), "\(bad.ending)")
    }
}
