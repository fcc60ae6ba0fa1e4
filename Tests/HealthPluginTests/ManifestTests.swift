import ConfigurationFiles
import HTTPTesting
import HealthPlugin
import Maintenance
import PluginKit
import Testing
import YAMLDocument

@Suite("The manifest of health")
struct ManifestTests {
    @Test("is valid, and says what the plugin needs")
    func valid() throws {
        let manifest = try Rounds.manifest()
        #expect(manifest.name == HealthPlugin.name)
        #expect(manifest.requires == [.url] && manifest.locks.isEmpty && manifest.dryRun)
        #expect(manifest.program == .compiledIn)
        let undescribed = manifest.parameters.flatMap(Self.parts).filter { $0.kind != .object && $0.summary.isEmpty }
        #expect(undescribed.isEmpty)
    }

    private static func parts(_ parameter: PluginParameter) -> [PluginParameter] {
        [parameter] + (parameter.items + parameter.properties).flatMap(parts)
    }

    @Test("gives the defaults that the code has where nothing is given")
    func defaults() async throws {
        try await TestServer.open({ _, _ in .reply("200 OK", #"{"status":"healthy"}"#) }) { server in
            let checked = try await Rounds.run("", url: server.url, isDryRun: true)
            let unchecked = await Rounds.run(.object([:]), url: server.url, isDryRun: true)
            #expect(checked.result == unchecked.result && checked.log == unchecked.log)
            #expect(checked.result == TaskResult(.ok, "would ask 1 endpoint: /api/health"))
        }
        let (value, _) = ParameterReading.read("", of: try Rounds.manifest())
        #expect(value?["retries"] == .integer(2) && value?["concurrency"] == .integer(8))
        #expect(value?["time_limit_each"] == .string("5s") && value?["retry_delay"] == .string("500ms"))
    }

    @Test(
        "refuses what cannot be right, at its place",
        arguments: [
            ("endpoints: [{path: api/health}]", "'api/health' does not fit"),
            ("endpoints: [{path: '/a b'}]", "'/a b' does not fit"),
            ("endpoints: [{name: a}]", "'path' is missing"),
            ("endpoints: [{path: /, status: 2xxx}]", "'2xxx' does not fit"),
            ("endpoints: [{path: /, status: 99}]", "'99' does not fit"),
            ("endpoints: [{path: /, method: POST}]", "allowed: GET, HEAD"),
            ("endpoints: [{path: /, warning: 5}]", "length of time"),
            ("endpoints: [{path: /, name: Bad Name}]", "'Bad Name' does not fit"),
            ("endpoints: [{path: /, measure: [{name: users}]}]", "'field' is missing"),
            ("endpoints: [{path: /, measure: [{name: u, field: u, warning: \"10..20\"}]}]", "'10..20' does not fit"),
            ("endpoints: [{path: /, measure: [{name: u, field: u, unit: mb}]}]", "cannot be 'mb'"),
            ("endpoints: [{path: /, measure: [{name: u, field: u, threshold: user}]}]", "cannot be 'user'"),
            ("endpoints: [{path: /, timeout: 3s}]", "timeout"),
            ("retries: 11", "from 0 to 10"), ("concurrency: 0", "from 1 to 32"), ("ca_file: ca.pem", "does not fit"),
        ])
    func refused(_ with: String, says fragment: String) throws {
        let (_, mistakes) = ParameterReading.read(with, of: try Rounds.manifest())
        #expect(mistakes.contains { $0.description.contains(fragment) }, "\(mistakes)")
    }

    @Test(
        "takes what is written in other ways",
        arguments: [
            "endpoints: [{path: /, status: 204}]", "endpoints: [{path: /, status: 2xx}]",
            "endpoints: [{path: /, status: \"200, 301,4xx\"}]", "endpoints: [{path: '/é?q=%20&x=[1]'}]",
            "endpoints: [{path: /, measure: [{name: u.x, field: a.b, warning: \"@10:20.5\", critical: \"~:-3\"}]}]",
            "endpoints: [{path: /, measure: [{name: u, field: a, warning: 45000, critical: \"10:\"}]}]",
        ])
    func taken(_ with: String) async throws {
        let round = try await Rounds.run(with, url: "http://127.0.0.1:1", isDryRun: true)
        #expect(round.result.outcome == .ok, "\(round.result)")
    }
}
