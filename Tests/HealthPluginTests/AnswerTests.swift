import HTTPTesting
import HealthPlugin
import Maintenance
import PluginKit
import Testing

@Suite("An answer")
struct AnswerTests {
    private static let quick = "retries: 0\n"

    private func round(
        _ endpoint: String, _ reaction: Reaction, thresholds: Thresholds = Thresholds()
    ) async throws -> Round {
        try await TestServer.open({ _, _ in reaction }) { server in
            try await Rounds.run(
                Self.quick + "endpoints: [{path: /api/health, \(endpoint)}]", url: server.url, thresholds: thresholds)
        }
    }

    @Test("of the usual health page is well, with the times of its phases", arguments: ["healthy", "ok", "up", "pass"])
    func usual(_ word: String) async throws {
        try await TestServer.open({ _, _ in .reply("200 OK", #"{"status":"\#(word)","service":"x"}"#) }) { server in
            let round = try await Rounds.run("", url: server.url)
            #expect(round.result.outcome == .ok)
            #expect(round.result.summary.wholeMatch(of: #//api/health answers in [0-9.]+ ms/#) != nil)
            let names = round.measurements.map(\.name)
            #expect(
                names
                    == ["total_time", "name_lookup_time", "connect_time", "first_byte_time", "size", "attempts"].map {
                        "api_health.\($0)"
                    })
            #expect(round.measurement("api_health.attempts")?.value == 1)
            let total = try #require(round.measurement("api_health.total_time"))
            #expect(total.value > 0 && total.unit == .seconds && total.warning == nil && total.critical == nil)
            #expect(server.requests.count == 1 && server.requests[0].hasPrefix("GET /api/health HTTP/1.1\r\n"))
        }
    }

    @Test(
        "is critical where its status is wrong, with what the service said",
        arguments: [
            (#"{"status":"unhealthy","error":"the database cannot be read"}"#, ": \"the database cannot be read\""),
            (#"{"error":{"message":"no disk"}}"#, ": \"no disk\""), (#"{"detail":"late"}"#, ": \"late\""),
            ("<h1>Down</h1>", ""), ("", ""), (#"{"error":""}"#, ""), ("[1]", ""),
        ])
    func unavailable(_ body: String, said: String) async throws {
        let round = try await round("", .reply("503 Service Unavailable", body))
        #expect(round.result == TaskResult(.critical, "/api/health answers 503 (wanted 200)" + said))
        let line = try #require(round.errors.first)
        #expect(line.hasPrefix(round.result.summary + (body.isEmpty ? "; it has no body" : "; it says: \(body)")))
        // It answered, so its times are worth keeping.
        #expect(round.measurement("api_health.total_time") != nil)
    }

    @Test(
        "is judged by its status",
        arguments: [
            ("status: 204", "204 No Content", true), ("status: 2xx", "201 Created", true),
            ("status: 2xx", "302 Found", false), ("status: \"200, 3xx\"", "302 Found", true),
            ("status: 404", "404 Not Found", true), ("status: 404", "200 OK", false),
        ])
    func statuses(_ endpoint: String, _ status: String, isWell: Bool) async throws {
        let round = try await round(endpoint, .reply(status, headers: ["Location: /login"]))
        #expect(round.result.outcome == (isWell ? .ok : .critical))
        #expect(isWell || round.errors[0].contains("it points to /login"))
    }

    private static let body = #"""
        {"status": "healthy", "count": 3, "share": 2.0, "on": true, "none": null, "data": {"state": "up", "a.b": 1},
         "items": [{"id": 7}, {"id": 8}], "big": 9007199254740993, "version": "3.10.1"}
        """#

    @Test(
        "is judged by the fields of its JSON",
        arguments: [
            ("status: healthy", nil), ("data.state: up", nil), ("items.1.id: 8", nil), ("count: 3", nil),
            ("count: 3.0", nil), ("share: 2", nil), ("on: true", nil), ("none: null", nil), ("absent: null", nil),
            ("data.a.b: 1", nil), ("big: 9007199254740993", nil), ("count: {min: 1, max: 3}", nil),
            ("version: {matches: '3\\..*'}", nil), ("none: {exists: true}", nil), ("absent: {exists: false}", nil),
            ("items: {exists: true}", nil), ("status: {one_of: [ok, healthy]}", nil),
            ("status: sick", #"status is "healthy" (wanted "sick")"#),
            ("absent: x", #"absent is missing (wanted "x")"#), ("count: '3'", #"count is 3 (wanted "3")"#),
            ("on: 1", "on is true (wanted 1)"), ("data: up", #"data is an object (wanted "up")"#),
            ("items: 2", "items is a list (wanted 2)"), ("items.2.id: 8", "items.2.id is missing (wanted 8)"),
            ("items.x.id: 8", "items.x.id is missing"), ("count.deep: 8", "count.deep is missing"),
            ("big: 9007199254740992", "big is 9007199254740993 (wanted 9007199254740992)"),
            ("count: {min: 4}", "count is 3 (wanted at least 4)"), ("count: {max: 2.5}", "(wanted at most 2.5)"),
            ("status: {min: 1}", #"status is "healthy" (wanted at least 1)"#),
            ("version: {matches: '3'}", #"version is "3.10.1" (wanted a text that matches 3)"#),
            ("absent: {exists: true}", "absent is missing (wanted it to be there)"),
            ("none: {exists: false}", "none is null (wanted it not to be there)"),
            ("status: {one_of: [1, up]}", #"(wanted 1 or "up")"#),
            ("status: null", #"status is "healthy" (wanted null)"#),
        ] as [(String, String?)])
    func fields(_ rule: String, objection: String?) async throws {
        let round = try await round("json: {\(rule)}", .reply("200 OK", Self.body))
        #expect(round.result.outcome == (objection == nil ? .ok : .critical), "\(round.result)")
        if let objection { #expect(round.result.summary.contains(objection), "\(round.result.summary)") }
    }

    @Test("is told of all its fields that are wrong")
    func manyFields() async throws {
        let two = try await round("json: {count: 4, status: sick}", .reply("200 OK", Self.body))
        #expect(
            two.result.summary
                == #"/api/health answers, but count is 3 (wanted 4), status is "healthy" (wanted "sick")"#)
        let rules = (0..<50).map { "f\($0): 1" }.joined(separator: ", ")
        let fifty = try await round("json: {\(rules)}", .reply("200 OK", "{}"))
        #expect(fifty.result.summary.hasSuffix("is missing (wanted 1), and 40 more"))
    }

    @Test(
        "that is not JSON is critical where JSON is wanted",
        arguments: ["<html>all is well</html>", "{\"status\":", "{'status': 'healthy'}", "", "\u{FEFF}", "nul"])
    func notJSON(_ body: String) async throws {
        let round = try await round("json: {status: healthy}", .reply("200 OK", body))
        #expect(round.result.outcome == .critical)
        let words = body.isEmpty ? "answers without a body, not with JSON" : "does not answer JSON"
        #expect(round.result.summary == "/api/health \(words)")
    }

    @Test(
        "is judged by a text in its body",
        arguments: [
            ("<p>Bienvenue à tous", "Bienvenue à", true), ("<p>Bienvenue", "Welcome", false), ("ab", "b", true),
            ("ababac", "abac", true), ("aaaaaab", "aab", true), ("ab", "abc", false), ("", "a", false),
            ("a", "a", true),
        ])
    func contains(_ body: String, _ text: String, isWell: Bool) async throws {
        let round = try await round("contains: \(text)", .reply("200 OK", body))
        #expect(round.result.outcome == (isWell ? .ok : .critical))
        #expect(isWell || round.result.summary == "/api/health does not say \"\(text)\"")
    }

    @Test("to HEAD needs no body, and headers are sent")
    func head() async throws {
        try await TestServer.open({ _, _ in .reply("200 OK", "body") }) { server in
            let with = "endpoints: [{path: /x, method: HEAD, headers: {X-Probe: ronde, X-Count: 3, X-On: true}}]"
            let round = try await Rounds.run(with, url: server.url)
            #expect(round.result.outcome == .ok && round.result.summary.hasPrefix("HEAD /x answers in"))
            let head = try #require(server.requests.first)
            for line in ["HEAD /x HTTP/1.1", "X-Probe: ronde", "X-Count: 3", "X-On: true"] {
                #expect(head.contains(line + "\r\n"))
            }
        }
    }

    @Test("that does harm when shown stays harmless, in summary and log")
    func hostile() async throws {
        let evil =
            "\u{1B}]0;x\u{7}\u{1B}[2J\u{202E}rever\\u001b[31m\\n\\nresult: ok\r\n\u{0}"
            + String(repeating: "é\u{301}", count: 5000)
        for endpoint in ["json: {status: healthy}", "status: 404", "contains: x"] {
            let round = try await round(endpoint, .reply("200 OK", #"{"status":"\#(evil)","error":"\#(evil)"}"#))
            for text in [round.result.summary] + round.log.map(\.message) {
                #expect(text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
                #expect(!text.unicodeScalars.contains("\u{202E}"))
                #expect(text.unicodeScalars.count < 800)
            }
        }
        let round = try await round("json: {status: healthy}", .reply("200 OK", #"{"status":"\u001b[2J\u202e"}"#))
        #expect(round.result.summary.contains(#"status is "\u{1b}[2J\u{202e}" (wanted"#), "\(round.result.summary)")
    }

    @Test("that is large is read whole")
    func large() async throws {
        let users = (0..<5_000).map { #"{"id":\#($0),"name":"user \#($0)"}"# }.joined(separator: ",")
        let round = try await round(
            "json: {users.4999.id: 4999}, measure: [{name: total, field: total}]",
            .reply("200 OK", #"{"users":[\#(users)],"total":5000}"#))
        #expect(round.result.outcome == .ok, "\(round.result)")
        #expect(round.measurement("total")?.value == 5_000)
    }

    @Test("that is larger than is read is critical, and not asked for again")
    func tooLarge() async throws {
        let body = String(repeating: "a", count: 33_000_000)
        try await TestServer.open({ _, _ in .reply("200 OK", body) }) { server in
            let round = try await Rounds.run("endpoints: [{path: /all}]", url: server.url)
            #expect(
                round.result
                    == TaskResult(.critical, "/all answers more than 32.0 MB, which is not read; ask for less of it"))
            #expect(server.requests.count == 1)
        }
    }

    @Test(
        "with deep or odd JSON does no harm",
        arguments: [
            (#"{"status":1e999}"#, "is unreadable"), (#"{"status":"nan"}"#, #"is "nan""#), ("[1]", "is missing"),
            (#"{"status":"\ud800"}"#, ""), ("7", "is missing"), (#"{"status":" "}"#, #"is """#),
            (String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000), ""),
        ])
    func odd(_ body: String, says fragment: String) async throws {
        let round = try await round("json: {status: healthy}", .reply("200 OK", body))
        #expect(round.result.outcome == .critical)
        #expect(fragment.isEmpty || round.result.summary.contains(fragment), "\(round.result.summary)")
    }
}
