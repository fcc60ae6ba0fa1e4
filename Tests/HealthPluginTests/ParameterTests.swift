import Foundation
import HTTPTesting
import HealthPlugin
import Maintenance
import PluginKit
import Testing

@Suite("Parameters of health")
struct ParameterTests {
    @Test(
        "that cannot be right together end unknown before anything is asked",
        arguments: [
            ("endpoints: []", "from 1 to 100, not 0"),
            ("endpoints: [{path: /a, name: x}, {path: /b, name: x}]", "two endpoints are named 'x'"),
            ("endpoints: [{path: /a, warning: 2s, critical: 1s}]", "endpoint '/a': critical: 1s comes before"),
            ("endpoints: [{path: /a, warning: 5s}]", "never reached"),
            ("endpoints: [{path: /a, method: HEAD, contains: x}]", "method: the answer to HEAD"),
            ("endpoints: [{path: /a, headers: {X-A: [1]}}]", "headers: X-A: must be a text"),
            ("endpoints: [{path: /a, json: {a: {}}}]", "json: a: has no condition"),
            ("endpoints: [{path: /a, json: {a: {minimum: 3}}}]", "json: a: minimum: is no condition; use min"),
            ("endpoints: [{path: /a, json: {a: {min: x}}}]", "min: must be a number"),
            ("endpoints: [{path: /a, json: {a: {matches: '('}}}]", "is no regular expression"),
            ("endpoints: [{path: /a, json: {a: {one_of: []}}}]", "one_of: must be a list"),
            ("endpoints: [{path: /a, json: {a: {exists: 1}}}]", "exists: must be true or false"),
            ("endpoints: [{path: /a, json: {a: [1]}}]", "cannot be a list"),
            (
                "endpoints: [{path: /a, measure: [{name: u, field: u, warning: \"20:10\"}]}]",
                "measure 'u': warning: '20:10'"
            ),
            ("endpoints: [{path: /a, measure: [{name: u, field: u}, {name: u, field: v}]}]", "two are named 'u'"),
            (
                "endpoints: [{path: /a, measure: [{name: u, field: u, warning: \"1\", threshold: users}]}]",
                "remove one of them"
            ),
            ("endpoints: [{path: /a, measure: [{name: d, field: d, threshold: database_size}]}]", "in 'B', which"),
            ("endpoints: [{path: /a, measure: [{name: u, field: u, threshold: users}]}]", "has no threshold 'users'"),
            ("time_limit_each: 0s", "time_limit_each: must be longer than nothing"),
        ])
    func together(_ with: String, says fragment: String) async throws {
        try await TestServer.open({ _, _ in .reply() }) { server in
            let round = try await Rounds.run(with, url: server.url)
            #expect(round.result.outcome == .unknown)
            #expect(round.result.summary.contains(fragment), "\(round.result.summary)")
            #expect(server.requests.isEmpty)
        }
    }

    @Test(
        "that no manifest has checked are checked all the same",
        arguments: [
            (#"{"endpoints":[{"path":"x"}]}"#, "a path begins with '/'"),
            (#"{"endpoints":[{"path":"/\u0007"}]}"#, "a path begins with '/'"),
            (#"{"endpoints":[{"path":"/","status":"20"}]}"#, "'20' is no status"),
            (#"{"endpoints":[{"path":"/","status":true}]}"#, "status: must be"),
            (#"{"endpoints":[{"path":"/","status":"200,"}]}"#, "'' is no status"),
            (#"{"endpoints":[{"path":"/","method":"get"}]}"#, "'get' is not GET or HEAD"),
            (#"{"endpoints":[{"path":"/","name":"A"}]}"#, "name: 'A'"),
            (#"{"endpoints":[{"path":"/","measure":[{"name":"m","field":"f","unit":"x"}]}]}"#, "unit: 'x' is none of"),
            (#"{"endpoints":[{"path":"/","measure":[{"name":"m","field":"f","threshold":"x"}]}]}"#, "'x' is none of"),
            (#"{"endpoints":[{}]}"#, "'path' is missing"), (#"{"endpoints":7}"#, "endpoints"),
            (#"{"retries":-1}"#, "retries: -1 is not from 0 to 10"), (#"{"concurrency":0}"#, "from 1 to 32"),
            (#"{"ca_file":"ca.pem"}"#, "no absolute path"),
        ])
    func unchecked(_ json: String, says fragment: String) async throws {
        let parameters = try RecordCoding.decoder().decode(JSONValue.self, from: Data(json.utf8))
        let round = await Rounds.run(parameters, url: "http://127.0.0.1:1")
        #expect(round.result.outcome == .unknown)
        #expect(round.result.summary.contains(fragment), "\(round.result.summary)")
    }

    @Test("without the service's url end unknown", arguments: [nil, ""])
    func noURL(_ url: String?) async throws {
        let round = try await Rounds.run("", url: url)
        #expect(round.result.outcome == .unknown)
        #expect(round.result.summary == "the service 'shop' has no url; give it a 'url:' in ronde.yaml")
    }

    @Test("name endpoints for measuring by their paths, no two alike")
    func names() async throws {
        try await TestServer.open({ _, _ in .reply() }) { server in
            let paths = ["/", "/api/health", "/api/users?limit=1", "/API/Health/", "/é", "/x"]
            let list = paths.map { "{path: '\($0)'}" } + ["{path: /y, name: root}"]
            let round = try await Rounds.run("endpoints: [\(list.joined(separator: ", "))]", url: server.url + "/")
            let names = round.measurements.filter { $0.name.hasSuffix(".attempts") }.map { $0.name.dropLast(9) }
            #expect(
                names == ["root_2", "api_health", "api_users_limit_1", "api_health_2", "root_3", "x", "root"])
        }
    }

    @Test("in a dry run are told, and nothing is asked")
    func dryRun() async throws {
        try await TestServer.open({ _, _ in .reply() }) { server in
            let with = "endpoints: [{path: /a, json: {state: up}, contains: hi}, {path: /b, method: HEAD, status: 2xx}]"
            let url = "http://me:secret@127.0.0.1:\(server.port)"
            let round = try await Rounds.run(with, url: url, isDryRun: true)
            #expect(round.result == TaskResult(.ok, "would ask 2 endpoints: /a, HEAD /b"))
            #expect(
                round.log.map(\.message) == [
                    "would ask GET http://***@127.0.0.1:\(server.port)/a, and want status 200, JSON state, the text \"hi\"",
                    "would ask HEAD http://***@127.0.0.1:\(server.port)/b, and want status 2xx",
                ])
            #expect(round.measurements.isEmpty && server.requests.isEmpty)
        }
    }
}
