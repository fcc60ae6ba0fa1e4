import Foundation
import Glibc
import Testing

/// What the programs of plugins may use, and who they are, in whole runs.
@Suite(.timeLimit(.minutes(3)))
struct PluginLimitTests {
    private static let ok = #"echo '{"type":"result","outcome":"ok","summary":"'"$words"'"}'"#

    @Test("a memory hog fails at its own limit, and does its work without one")
    func memory() async throws {
        let instance = try await PluginInstance()
        let hog = """
            #!/usr/bin/python3
            import json
            input()
            bytes(300_000_000)
            print(json.dumps({"type": "result", "outcome": "ok", "summary": "had it"}))
            """
        try instance.plugin("free", "command: [./run]", program: hog)
        try instance.plugin("held", "command: [./run]\nmemory: 150MB", program: hog)
        let free = try await instance.run("free")
        #expect(free.ending.status == 0, "\(free.ending)")
        let held = try await instance.run("held")
        #expect(held.ending.status == 3)
        #expect(held.task.summary.contains("MemoryError"), "\(held.task.summary)")
        try instance.instance.schedule(
            "daily", "checklist: daily\nservice: api\ntasks: [{task: held, plugin: held, memory: 1GB}]\n")
        #expect(try await instance.ronde("run", "daily").status == 0)
    }

    @Test("who burns processor time is stopped, and it is said by which limit")
    func processorTime() async throws {
        let instance = try await PluginInstance()
        try instance.plugin(
            "burner", "command: [./run]\ncpu_time: 1s", program: "#!/bin/sh\nread -r request\nwhile :; do :; done")
        let (ending, task) = try await instance.run("burner")
        #expect(ending.status == 2, "\(ending)")
        #expect(task.summary == "stopped: it used more than its processor time of 1s")
    }

    @Test("a plugin runs as the user it names, in a folder of that user's own", .enabled(if: geteuid() == 0))
    func user() async throws {
        let instance = try await PluginInstance()
        chmod(instance.folder, 0o755)
        try instance.plugin(
            "who", "command: [./run]\nuser: nobody",
            program: """
                #!/bin/sh
                read -r request
                touch made || exit 3
                words="$(id -un) $(stat -c %U . made | sort -u)"
                \(Self.ok)
                """)
        let (ending, task) = try await instance.run("who")
        #expect(ending.status == 0, "\(ending)")
        #expect(task.summary == "nobody nobody")
        let left = try FileManager.default.contentsOfDirectory(atPath: NSTemporaryDirectory())
            .filter { $0.hasPrefix("ronde-scratch-") }
        #expect(left.isEmpty, "\(left)")
    }
}
