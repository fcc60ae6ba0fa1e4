import DatabasePluginTesting
import EndpointsPlugin
import Foundation
import HTTPTesting
import Maintenance
import PluginKit
import Testing

@Suite("Endpoints")
struct EndpointTests {
    private let trial: PluginTrial<EndpointsPlugin>

    init() throws { trial = try PluginTrial() }

    private func perform(
        _ endpoint: String, _ reaction: Reaction, more: String = "retries: 0", thresholds: Thresholds = Thresholds()
    ) async throws -> (TrialRecord, [TestRequest]) {
        let trial = trial
        return try await TestServer.open({ _, _ in reaction }) { server in
            let record = try await trial.perform(
                "endpoints: [{\(endpoint)}]\n\(more)", thresholds: thresholds, url: server.url)
            return (record, server.asked)
        }
    }

    @Test("of the API service answer as the defaults want it, and a record goes around")
    func live() async throws {
        let trial = trial
        try await LiveService.open(in: trial.folder) { url in
            let record = try await trial.perform("round_trip: {}", url: url)
            #expect(record.outcome == .ok, "\(record.summary)")
            #expect(record.summary.hasPrefix("8 of 8 endpoints answer, slowest "), "\(record.summary)")
            #expect(record.summary.contains("; a record was made, read and deleted in "), "\(record.summary)")
            let after = try await trial.perform(
                "endpoints: [{path: /api/users, json: {total: 0}}]", url: url)
            #expect(after.outcome == .ok, "nothing is left: \(after.summary)")
        }
    }

    @Test("are asked with every method", arguments: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    func methods(_ method: String) async throws {
        let (record, asked) = try await perform("path: /x, method: \(method), status: 2xx", .reply("204 No Content"))
        #expect(record.outcome == .ok, "\(record.summary)")
        #expect(asked.map(\.method) == [method])
    }

    @Test("get a body, as JSON or as it is")
    func bodies() async throws {
        let (_, json) = try await perform("path: /x, method: PUT, body: {b: [1, null], a: {c: \"é/\"}}", .reply())
        #expect(json.map(\.body) == [#"{"a":{"c":"é/"},"b":[1,null]}"#])
        #expect(json[0].header("Content-Type") == "application/json")
        let (_, typed) = try await perform(
            "path: /x, method: POST, body: {}, headers: {Content-Type: application/merge-patch+json}", .reply())
        #expect(typed[0].header("Content-Type") == "application/merge-patch+json" && typed[0].body == "{}")
        let (record, text) = try await perform(
            "path: /x, method: POST, body_text: '{broken', status: 400, shape: {error: string}",
            .reply("400 Bad Request", #"{"error":"no JSON"}"#))
        #expect(record.outcome == .ok && text[0].body == "{broken" && text[0].header("Content-Type") == nil)
    }

    @Test(
        "are asked again only where that changes nothing",
        arguments: [
            ("GET", 3), ("HEAD", 3), ("OPTIONS", 3), ("POST", 1), ("PUT", 1), ("PATCH", 1), ("DELETE", 1),
        ])
    func retries(_ method: String, times: Int) async throws {
        let (record, asked) = try await perform("path: /x, method: \(method)", .reply("503 Busy"), more: "retries: 2")
        #expect(record.outcome == .critical && asked.count == times)
    }

    @Test(
        "that answer something else are critical, and say where",
        arguments: [
            (
                #"shape: {users: [{id: integer}], total: integer}"#, #"{"users":[{"id":1},{"id":"2"}]}"#,
                #"/x answers, but total is missing (wanted a whole number), users.1.id is "2" (wanted a whole number)"#
            ),
            ("items: {id: integer}", #"[{"id":1},{}]"#, "/x answers, but 1.id is missing (wanted a whole number)"),
            ("items: {id: integer}", "{}", "/x answers, but it is an object (wanted a list)"),
            ("shape: {a: string}", "<html>", "/x does not answer JSON"),
            ("shape: {a: any}", "", "/x answers without a body"),
            ("shape: {a: any}, json: {b: 1}", "oh", "/x does not answer JSON"),
            ("status: 201", "{}", "/x answers 200 (wanted 201)"),
        ])
    func wrong(_ expectation: String, _ body: String, says words: String) async throws {
        let (record, _) = try await perform("path: /x, \(expectation)", .reply("200 OK", body))
        #expect(record.outcome == .critical)
        #expect(record.summary.hasPrefix(words), "\(record.summary)")
        #expect(!record.summary.contains("JSON; does not"), "said once: \(record.summary)")
    }

    @Test("that redirect are not followed, and that is a status like others")
    func redirects() async throws {
        let reply = Reaction.reply("302 Found", headers: ["Location: /login"])
        let (record, asked) = try await perform("path: /x", reply)
        #expect(record.outcome == .critical && record.summary.contains("answers 302 (wanted 200)"))
        #expect(record.log.contains { $0.message.contains("it points to /login") } && asked.count == 1)
        let (allowed, _) = try await perform("path: /x, status: 302", reply)
        #expect(allowed.outcome == .ok)
    }

    @Test(
        "that are slower than two seconds, or what is said instead, warn",
        arguments: [
            ("", nil, Outcome.ok), ("limit: 50ms", nil, .warning), ("", 50, .warning), ("limit: 5s", 50, .ok),
        ] as [(String, Int?, Outcome)])
    func slow(_ limit: String, threshold: Int?, outcome: Outcome) async throws {
        let thresholds = Thresholds(responseTime: threshold.map { TimeSpan(.milliseconds($0)) })
        let (record, _) = try await perform("path: /x", .reply(after: 150), more: limit, thresholds: thresholds)
        #expect(record.outcome == outcome, "\(record.summary)")
        let usual = record.measurements.first { $0.name == "x.total_time" }?.warning
        if limit.isEmpty, threshold == nil { #expect(usual == .above(2)) }
    }

    @Test(
        "with parameters that cannot be right are not asked",
        arguments: [
            ("endpoints: []", "from 1 to 100"), ("endpoints: [{path: /, body: {}}]", "body: GET sends no body"),
            ("endpoints: [{path: /, method: POST, body: {}, body_text: x}]", "remove one of them"),
            ("endpoints: [{path: /, method: HEAD, shape: {a: any}}]", "the answer to HEAD has no body"),
            ("endpoints: [{path: /, shape: {a: text}}]", "shape: a: 'text' is no shape"),
            ("endpoints: [{path: /, shape: {}, items: {}}]", "beside 'shape'"), ("limit: 10s", "never reached"),
            ("round_trip: {create: /x}", "round_trip: body: is missing"),
            ("round_trip: {body: {a: b}}", "round_trip: body: holds no {unique}"),
            ("round_trip: {record: /x}", "record: holds no {id}"),
            ("round_trip: {find: /x}", "find: holds no {unique}"),
            ("round_trip: {create: /x, body: {a: '{unique}'}, find: '/x?{unique}'}", "belong together"),
            ("round_trip: {compare: {a: [1]}}", "compare: a: cannot be a list"),
        ])
    func refused(_ with: String, says fragment: String) async throws {
        let trial = trial
        try await TestServer.open({ _, _ in .reply() }) { server in
            let record = try await trial.perform(with, url: server.url)
            #expect(record.outcome == .unknown && record.summary.contains(fragment), "\(record.summary)")
            #expect(server.asked.isEmpty)
        }
    }

    @Test("are asked nothing in a dry run")
    func dryRun() async throws {
        let trial = trial
        try await TestServer.open({ _, _ in .reply() }) { server in
            let record = try await trial.perform(
                "endpoints: [{path: /x, method: DELETE}, {path: /y, shape: {a: [string?]}}]", dryRun: true,
                url: server.url)
            #expect(record.result == TaskResult(.ok, "would ask 2 endpoints: DELETE /x, /y"))
            #expect(record.log.contains { $0.message.contains("JSON like {a: [string?]}") })
            #expect(server.asked.isEmpty)
        }
    }
}
