import Foundation
import Maintenance
import Testing
import YAMLDocument

@testable import ConfigurationFiles

/// The schemas as other programs understand them: python3-jsonschema decides.
@Suite("Schemas, by python3-jsonschema", .enabled(if: Python.hasJSONSchema, "needs python3-jsonschema"))
struct SchemaValidationTests {
    private static let program = """
        import json, sys, jsonschema
        schema, values = json.load(sys.stdin)
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        print(json.dumps([sorted(e.message[:200] for e in validator.iter_errors(v)) for v in values]))
        """

    /// The mistakes of each text.
    private func mistakes(in texts: [String], _ schema: ConfigurationSchema) throws -> [[String]] {
        let values = try texts.map { JSONValue(try YAMLDocument.parse(bytes: Array($0.utf8), file: "sample.yaml")) }
        let document = schema.document(plugins: SchemaKeyTests.plugins + Self.repositoryPlugins)
        let input = try JSONEncoder().encode(JSONValue.array([document, .array(values)]))
        let result = try Python.run(["-c", Self.program], input: input)
        try #require(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode([[String]].self, from: result.output)
    }

    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: repository.appending(path: path), encoding: .utf8)
    }

    /// The plugins of this repository that no sample stands in for.
    private static let repositoryPlugins: [PluginManifest] = {
        let folder = repository.appending(path: "plugins").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { Samples.compiledIn[$0] == nil }.compactMap { name in
            guard let text = try? text("plugins/\(name)/plugin.yaml") else { return nil }
            return ManifestReader.readCompiledIn(name: name, bytes: Array(text.utf8), into: MistakeCollector())
        }
    }()

    @Test("this repository's own files are accepted")
    func own() throws {
        #expect(try mistakes(in: [Self.text("ronde.yaml"), Self.text("packaging/ronde.yaml")], .ronde) == [[], []])
        let manifests = try FileManager.default.contentsOfDirectory(
            atPath: Self.repository.appending(path: "plugins").path
        ).map { try Self.text("plugins/\($0)/plugin.yaml") }
        #expect(try mistakes(in: manifests, .plugin) == manifests.map { _ in [] })
        #expect(manifests.count >= 9)
    }

    @Test("this repository's checklists are accepted, with the parameters of their plugins")
    func checklists() throws {
        let plugins = try FileManager.default.contentsOfDirectory(
            atPath: Self.repository.appending(path: "plugins").path
        ).compactMap { name in
            let bytes = Array(try Self.text("plugins/\(name)/plugin.yaml").utf8)
            return ManifestReader.readCompiledIn(name: name, bytes: bytes, into: MistakeCollector())
        }
        let texts = try ["daily", "weekly", "monthly"].map { try Self.text("schedules/\($0).yaml") }
        let values = try texts.map { JSONValue(try YAMLDocument.parse(bytes: Array($0.utf8), file: "x")) }
        let document = ConfigurationSchema.schedule.document(plugins: plugins)
        let input = try JSONEncoder().encode(JSONValue.array([document, .array(values)]))
        let result = try Python.run(["-c", Self.program], input: input)
        #expect(String(decoding: result.output, as: UTF8.self) == "[[], [], []]\n", "\(result.errors)")
    }

    @Test("samples with every key are accepted")
    func full() throws {
        #expect(try mistakes(in: [FullSamples.instance, Samples.instance], .ronde) == [[], []])
        #expect(try mistakes(in: [FullSamples.checklist, Samples.weekly], .schedule) == [[], []])
        #expect(try mistakes(in: [FullSamples.manifest, Samples.disk], .plugin) == [[], []])
    }

    @Test(
        "typical mistakes are refused",
        arguments: [
            (ConfigurationSchema.ronde, FullSamples.instance, "language: en", "language: de"),
            (.ronde, FullSamples.instance, "language: en", "langage: en"),
            (.ronde, FullSamples.instance, "users: 45000", "users: many"),
            (.ronde, FullSamples.instance, "response_time: 2s", "response_time: 2"),
            (.ronde, FullSamples.instance, "cpu: 80%", "cpu: 80"),
            (.ronde, FullSamples.instance, "key: {env: KEY}", "key: hunter2"),
            (.ronde, FullSamples.instance, "every: 1d, grace", "every: 1d, schedule: '@daily', grace"),
            (.ronde, FullSamples.instance, "url: http://127.0.0.1:5000", "url: 127.0.0.1:5000"),
            (.ronde, FullSamples.instance, "daily: b/daily", "hourly: b/daily"),
            (.ronde, FullSamples.instance, "{systemd: api.service}", "{systemd: api.service, start: [a], stop: [b]}"),
            (.ronde, FullSamples.instance, "tls: required", "tls: maybe"),
            (.schedule, FullSamples.checklist, "checklist: weekly", "checklist: Weekly"),
            (.schedule, FullSamples.checklist, "plugin: probe", "plugin: prob"),
            (.schedule, FullSamples.checklist, "word: abc", "word: ABC"),
            (.schedule, FullSamples.checklist, "word: abc, ", ""),
            (.schedule, FullSamples.checklist, "word: abc", "word: abc, count: 99"),
            (.schedule, FullSamples.checklist, "word: abc", "word: abc, wait: 5"),
            (.schedule, FullSamples.checklist, "names: [red]", "names: [pink]"),
            (.schedule, FullSamples.checklist, "{path: /tmp}", "{name: x}"),
            (.schedule, FullSamples.checklist, "overlap: skip", "overlap: skipp"),
            (.schedule, FullSamples.checklist, "attempts: 2", "attempts: 0"),
            (.schedule, FullSamples.checklist, "time_limit: 15m", "time_limit: 15"),
            (.plugin, FullSamples.manifest, "summary:", "sumary:"),
            (.plugin, FullSamples.manifest, "kind: nagios", "kind: icinga"),
            (.plugin, FullSamples.manifest, "{type: integer, minimum", "{type: int, minimum"),
            (.plugin, FullSamples.manifest, "dry_run: true", "dry_run: 'yes'"),
            (.plugin, FullSamples.manifest, "side: {type: integer}", "side: {typ: integer}"),
        ])
    func refused(_ schema: ConfigurationSchema, _ text: String, _ good: String, _ bad: String) throws {
        let faulty = text.replacing(good, with: bad)
        try #require(faulty != text)
        #expect(try mistakes(in: [faulty], schema).map(\.isEmpty) == [false])
    }
}

private enum Python {
    static let hasJSONSchema = (try? run(["-c", "import jsonschema"], input: Data()))?.status == 0

    static func run(_ arguments: [String], input: Data) throws -> (
        status: Int32, output: Data, errors: String
    ) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = arguments
        let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (stdin, stdout, stderr)
        try process.run()
        try stdin.fileHandleForWriting.write(contentsOf: input)
        try stdin.fileHandleForWriting.close()
        let output = try stdout.fileHandleForReading.readToEnd() ?? Data()
        let errors = try stderr.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, output, String(decoding: errors, as: UTF8.self))
    }
}
