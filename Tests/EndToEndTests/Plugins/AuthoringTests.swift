import Foundation
import Glibc
import Testing

/// From nothing to a plugin that is checked and used, by commands alone.
@Suite(.timeLimit(.minutes(8)))
struct AuthoringTests {
    @Test("a plugin that was just begun passes its own test and every check, and runs", arguments: ["python", "sh"])
    func begun(language: String) async throws {
        let instance = try await PluginInstance()
        let new = try await instance.ronde("plugins", "new", "rooms", "--language", language)
        #expect(new.status == 0, "\(new)")
        #expect(new.output.contains("ronde plugins check plugins/rooms") && !new.output.contains("folders:"), "\(new)")
        try await tryIt(instance, "plugins/rooms")
        let again = try await instance.ronde("plugins", "new", "rooms", "--language", language)
        #expect(again.status == 64 && again.errors.contains("is there already"), "\(again)")
        let run = try await instance.run("rooms", with: ["folder=\(instance.folder)", "most=1"])
        #expect(run.ending.status == 1, "\(run.ending)")
        #expect(run.task.measurements.map { $0["name"] as? String } == ["files"])
    }

    @Test("the Swift one too, once it is built as its README says")
    func swift() async throws {
        let instance = try await PluginInstance()
        let new = try await instance.ronde("plugins", "new", "rooms", "--language", "swift", "--into", "mine")
        #expect(new.status == 0, "\(new)")
        #expect(new.output.contains("swift build -c release") && new.output.contains("folders: {plugins: ["), "\(new)")
        let unbuilt = try await instance.ronde("plugins", "check", "mine/rooms")
        #expect(unbuilt.status == 1 && unbuilt.output.contains("is missing"), "\(unbuilt)")
        let build = try Program(
            "/bin/sh", ["-c", "cd mine/rooms && umask 022 && swift build -c release"], in: instance.folder)
        let built = try await build.wait(atMost: .seconds(400))
        #expect(built.status == 0, "\(built)")
        try await tryIt(instance, "mine/rooms")
    }

    private func tryIt(_ instance: PluginInstance, _ folder: String) async throws {
        let test = try await Program("/bin/sh", ["\(folder)/test.sh"], in: instance.folder).wait()
        #expect(test.status == 0 && test.output.components(separatedBy: "passed: ").count == 5, "\(test)")
        let check = try await instance.ronde("plugins", "check", folder)
        #expect(check.status == 0 && check.output.contains(" passed, 0 failed"), "\(check)")
        #expect(!check.output.contains("✗"))
    }

    @Test(
        "names that no plugin can have are refused, and nothing is written",
        arguments: [
            ("Rooms", "cannot name"), ("../rooms", "cannot name"), ("-x", "cannot name"),
            ("backup", "is a plugin of Ronde"),
        ])
    func names(name: String, says: String) async throws {
        let instance = try await PluginInstance()
        let ending = try await instance.ronde("plugins", "new", "--language", "sh", "--", name)
        #expect(ending.status == 64 && ending.errors.contains(says), "\(ending)")
        #expect(instance.instance.names(in: "plugins") == [])
    }

    @Test("check names what a plugin does wrong, for people and programs")
    func broken() async throws {
        let instance = try await PluginInstance()
        try instance.plugin("odd", "command: [./run]", program: "#!/bin/sh\nread -r request || exit 3\necho hello")
        let check = try await instance.ronde("plugins", "check", "plugins/odd")
        #expect(check.status == 1)
        #expect(check.output.contains("✗ output         expected nothing but events"), "\(check.output)")
        #expect(check.output.contains("✓ manifest"))
        let record = try await instance.ronde("plugins", "check", "plugins/odd", "--json")
        #expect(record.status == 1)
        let shape = try #require(try JSONSerialization.jsonObject(with: Data(record.output.utf8)) as? [String: Any])
        #expect(shape["passed"] as? Bool == false)
        #expect((shape["checks"] as? [[String: Any]])?.isEmpty == false)
        try instance.plugin("odd", "comand: [./run]")
        let faulty = try await instance.ronde("plugins", "check", "plugins/odd")
        #expect(faulty.status == 1 && faulty.output.contains("✗ manifest"), "\(faulty)")
    }

    @Test("show describes all that a manifest says, and in JSON too")
    func show() async throws {
        let instance = try await PluginInstance()
        try instance.plugin(
            "rooms",
            """
            kind: nagios
            command: [/bin/echo, "{floor}"]
            requires: [url]
            locks: {service: shared}
            memory: 100MB
            cpu_time: 1m
            parameters:
              floor: {type: integer, required: true, minimum: 0, maximum: 9, example: 2, description: Which floor}
            """)
        let shown = try await instance.ronde("plugins", "show", "rooms")
        for words in [
            "/bin/echo", "kind: nagios", "of the service: url", "the service, shared", "100 MB", "1m",
            "floor (integer, 0 to 9, required)", "Which floor. For example 2", "- task: rooms", "floor: 2",
        ] { #expect(shown.output.contains(words), "\(words) is not in \(shown.output)") }
        let record = try await instance.ronde("plugins", "show", "rooms", "--json")
        let shape = try #require(try JSONSerialization.jsonObject(with: Data(record.output.utf8)) as? [String: Any])
        #expect(shape["kind"] as? String == "nagios" && shape["memory"] as? Int == 100_000_000)
        #expect((shape["parameters"] as? [[String: Any]])?.first?["maximum"] as? Double == 9)
        let list = try await instance.ronde("plugins", "list", "--json")
        #expect(list.output.contains("\"kind\" : \"nagios\""))
    }

    @Test("schemas are printed, and written into a folder, with the plugins of the instance")
    func schema() async throws {
        let instance = try await PluginInstance()
        try instance.plugin(
            "rooms", "command: [/bin/true]\nparameters: {floor: {type: integer, minimum: 3, required: true}}")
        let printed = try await instance.ronde("schema", "schedule")
        #expect(printed.status == 0)
        let shape = try JSONSerialization.jsonObject(with: Data(printed.output.utf8)) as? [String: Any]
        #expect(shape?["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        #expect(printed.output.contains("\"floor\"") && printed.output.contains("\"vacuum\""))
        #expect(try await instance.ronde("schema", "--into", "schemas").status == 0)
        try instance.instance.write("services: 5", to: "ronde.yaml")
        #expect(try await instance.ronde("schema").status == 0, "mistakes elsewhere do not matter")
        let names = ["plugin.schema.json", "ronde.schema.json", "schedule.schema.json"]
        #expect(instance.instance.names(in: "schemas") == names)
        #expect(try await instance.ronde("schema", "weekly").status == 64)
    }
}
