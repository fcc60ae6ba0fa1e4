import Foundation
import GRDB
import Glibc
import Testing

/// Steps for people, by the commands that people type.
@Suite(.timeLimit(.minutes(5)))
struct SigningTests {
    private static let checklist = """
        checklist: update
        service: api
        tasks:
          - {task: list, plugin: manual, with: {instructions: "Note who is logged in.", evidence: [{name: names}]}}
          - {task: go, plugin: approval, needs: [list], with: {question: "Restart now?"}}
          - {task: restart, plugin: slow, needs: [go]}
        """

    /// An instance with a plugin that waits until a file is there.
    private func instance() async throws -> TestInstance {
        let instance = try await TestInstance(users: 10)
        try instance.schedule("update", Self.checklist)
        let folder = instance.folder + "/plugins/slow"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try instance.write(
            "name: slow\nsummary: Takes its time\ncommand: [./slow.sh]\n", to: "plugins/slow/plugin.yaml")
        try instance.write(
            """
            #!/bin/sh
            echo x >> ../../../../began
            while [ ! -e ../../../../go-on ]; do sleep 0.05; done
            echo '{"type":"result","outcome":"ok","summary":"restarted"}'

            """, to: "plugins/slow/slow.sh")
        chmod(folder + "/slow.sh", 0o755)
        let text = try String(contentsOfFile: instance.folder + "/ronde.yaml", encoding: .utf8)
        try instance.write(text.replacingOccurrences(of: "plugins: []", with: "plugins: [plugins]"), to: "ronde.yaml")
        return instance
    }

    /// The run that waits, from `ronde sign --json`.
    private func waiting(_ instance: TestInstance) async throws -> (run: String, task: String)? {
        struct Shape: Decodable {
            struct Row: Decodable { let run, task: String }
            let waiting: [Row]
        }
        let ending = try await instance.ronde("sign", "--json")
        let rows = try JSONDecoder().decode(Shape.self, from: Data(ending.output.utf8)).waiting
        return rows.first.map { ($0.run, $0.task) }
    }

    @Test("a procedure waits for its steps, is signed, and goes on; the report says by whom")
    func wholeProcedure() async throws {
        let instance = try await instance()
        defer { instance.remove() }
        try instance.write("", to: "go-on")
        let begun = try await instance.ronde("run", "update")
        #expect(begun.status == 0)
        #expect(begun.output.contains("sign with: ronde sign update-"))
        let (run, task) = try #require(try await waiting(instance))
        #expect(task == "list")
        #expect(try await instance.ronde("status").output.contains("Waits for a person"))
        let unproven = try await instance.ronde("sign", run)
        #expect(unproven.status == 64)
        #expect(unproven.errors.contains("--evidence names="))
        #expect(try await instance.ronde("sign", run, "list", "--evidence", "names=jane, joe").status == 0)
        #expect(try await waiting(instance)?.task == "go")
        let ended = try await instance.ronde("sign", run, "go", "--note", "after lunch")
        #expect(ended.status == 0, "\(ended)")
        let report = try await instance.ronde("reports", "show", run)
        for words in ["Signatures", "names: jane, joe", "after lunch", "restarted"] {
            #expect(report.output.contains(words))
        }
        #expect(try await waiting(instance) == nil)
        #expect(try await instance.ronde("sign", run).status == 66)
    }

    @Test("killed while it goes on, a signed run is interrupted and keeps its signatures")
    func killed() async throws {
        let instance = try await instance()
        defer { instance.remove() }
        _ = try await instance.ronde("run", "update")
        let (run, _) = try #require(try await waiting(instance))
        _ = try await instance.ronde("sign", run, "list", "--evidence", "names=jane")
        let signing = try instance.start(["sign", run, "go"])
        try await until("the step after the approval runs", atMost: .seconds(30)) {
            FileManager.default.fileExists(atPath: instance.folder + "/began")
        }
        signing.signal(SIGKILL)
        _ = try await signing.wait()
        try await until("no process is left", atMost: .seconds(15)) { instance.processes().isEmpty }
        try instance.write("", to: "go-on")
        // The next run of the checklist closes what was cut off.
        _ = try await instance.ronde("run", "update")
        let report = try await instance.ronde("reports", "show", run)
        #expect(report.output.contains("The run ended before its tasks did"), "\(report)")
        #expect(report.output.contains("approved by"))
        #expect(try await waiting(instance)?.run != run)
    }

    @Test("a daemon that ends and comes back leaves what waits alone")
    func daemon() async throws {
        let instance = try await instance()
        defer { instance.remove() }
        _ = try await instance.ronde("run", "update")
        let (run, _) = try #require(try await waiting(instance))
        for signal in [SIGTERM, SIGKILL] {
            let daemon = try instance.start(["daemon"])
            try await until("the daemon watches", atMost: .seconds(30)) { daemon.errors.contains("watching") }
            daemon.signal(signal)
            _ = try await daemon.wait(atMost: .seconds(30))
        }
        #expect(try await waiting(instance)?.run == run)
    }
}
