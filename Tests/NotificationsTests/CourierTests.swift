import DurableFiles
import Foundation
import Maintenance
import RunStore
import SystemPackage
import Testing

@testable import Notifications

func sampleNotice(
    _ kind: Notice.Kind = .failure, _ outcome: Outcome = .critical, subject: String = "[api] weekly: critical: größer",
    text: String = "Weekly <maintenance> & more\nbackup: critical: €"
) throws -> Notice {
    let now = try instant("2026-11-22T02:00:04+01:00")
    let item = Notice.Item(
        kind: kind, subject: .run, name: "weekly", title: "Weekly", service: "api", outcome: outcome, was: nil,
        since: now, failures: 1, run: RunIdentifier(rawValue: "weekly-20261122-020000"),
        findings: [.init(name: "backup", outcome: .critical, summary: "€")])
    return Notice(
        id: "n1", kind: kind, rule: "all", thread: "t1", opensThread: kind == .failure, host: "host1", at: now,
        outcome: outcome, subject: subject, text: text, items: [item])
}

@Suite("Webhooks", .timeLimit(.minutes(2)))
struct WebhookTests {
    private func send(
        _ channel: WebhookChannel, _ notice: Notice? = nil, environment: [String: String] = [:]
    ) async throws -> DeliveryResult {
        let couriers = Couriers(environment: environment, timeZone: { paris })
        return await couriers.send(
            try notice ?? sampleNotice(), through: NoticeChannel(name: "x", means: .webhook(channel)))
    }

    @Test("get the whole notice as JSON of a fixed shape")
    func json() async throws {
        try await HTTPPeer.open(body: "thanks") { peer in
            let channel = WebhookChannel(
                url: .plain(peer.url + "/hook?a=1"), headers: [.init(name: "X-Team", value: .plain("night"))],
                token: .environment("TOKEN"))
            let result = try await send(channel, environment: ["TOKEN": "s3cret"])
            #expect(result == .delivered(answer: "200: thanks"))
            let request = try #require(peer.requests.first)
            #expect(request.line == "POST /hook?a=1 HTTP/1.1")
            #expect(request.headers["x-team"] == "night" && request.headers["authorization"] == "Bearer s3cret")
            #expect(request.headers["content-type"] == "application/json")
            #expect(
                request.body == """
                    {"alerts":[{"failures":1,"findings":[{"name":"backup","outcome":"critical","summary":"€"}],\
                    "kind":"failure","name":"weekly","outcome":"critical","run":"weekly-20261122-020000",\
                    "service":"api","since":"2026-11-22T02:00:04+01:00","subject":"run","title":"Weekly","was":null}],\
                    "at":"2026-11-22T02:00:04+01:00","host":"host1","kind":"failure","notice":"n1",\
                    "opens_thread":true,"outcome":"critical","rule":"all","subject":"[api] weekly: critical: größer",\
                    "text":"Weekly <maintenance> & more\\nbackup: critical: €","thread":"t1"}
                    """)
        }
    }

    @Test("that understand Slack get a text in which nothing is a command")
    func slack() async throws {
        try await HTTPPeer.open(body: "ok") { peer in
            let channel = WebhookChannel(url: .plain(peer.url), format: .slack)
            _ = try await send(channel, sampleNotice(subject: "<!channel> [api]"))
            let body = try #require(peer.requests.first?.body)
            let text = try #require(try JSONDecoder().decode([String: String].self, from: Data(body.utf8))["text"])
            #expect(text.hasPrefix("*&lt;!channel&gt; [api]*\nWeekly &lt;maintenance&gt; &amp; more\n"))
        }
    }

    @Test(
        "of ntfy get title, priority and tags as headers",
        arguments: [
            (Notice.Kind.failure, Outcome.critical, "urgent", "rotating_light"),
            (.change, .unknown, "high", "rotating_light"), (.reminder, .warning, "default", "warning"),
            (.recovery, .ok, "default", "white_check_mark"),
        ])
    func ntfy(_ kind: Notice.Kind, _ outcome: Outcome, _ priority: String, _ tag: String) async throws {
        try await HTTPPeer.open { peer in
            let channel = WebhookChannel(url: .plain(peer.url + "/topic"), format: .ntfy)
            let long = String(repeating: "€", count: 4000)
            _ = try await send(channel, sampleNotice(kind, outcome, subject: "a\r\nX-Evil: 1 größer", text: long))
            let request = try #require(peer.requests.first)
            #expect(request.headers["priority"] == priority && request.headers["tags"] == tag)
            #expect(request.headers["x-evil"] == nil)
            #expect(request.headers["title"]?.hasPrefix("=?utf-8?B?") == true)
            #expect(request.body.utf8.count <= 4096 && request.body.hasSuffix("€…"))
        }
    }

    @Test(
        "that refuse are tried again, soon or late",
        arguments: [
            ("500 Oops", true), ("503 Busy", true), ("429 Slow down", true), ("404 Not Found", false),
            ("301 Moved", false), ("401 No", false),
        ])
    func refusals(_ status: String, _ isTemporary: Bool) async throws {
        try await HTTPPeer.open(status, body: "why\nnot") { peer in
            let result = try await send(WebhookChannel(url: .plain(peer.url)))
            let reason = "the server answered \(status.prefix(3)): why\\nnot"
            #expect(result == .failed(reason: reason, isTemporary: isTemporary))
        }
    }

    @Test("show none of their secrets where they fail, not even in what the server repeats")
    func masked() async throws {
        let secrets = ["TOKEN": "s3cret-token", "PATH_": ""]
        try await HTTPPeer.open("403 No", body: "/services/T0000/XXXXXXXXXXXX and s3cret-token") { peer in
            var environment = secrets
            environment["URL"] = peer.url + "/services/T0000/XXXXXXXXXXXX"
            let channel = WebhookChannel(url: .secret(.environment("URL")), token: .environment("TOKEN"))
            let result = try await send(channel, environment: environment)
            #expect(!"\(result)".contains("XXXX") && !"\(result)".contains("s3cret"), "\(result)")
        }
        let gone = WebhookChannel(url: .secret(.environment("URL")))
        let environment = ["URL": "http://127.0.0.1:1/services/T0000/XXXXXXXXXXXX"]
        let result = try await send(gone, environment: environment)
        #expect("\(result)".contains("connection refused") && !"\(result)".contains("XXXX"), "\(result)")
        let missing = try await send(gone, environment: [:])
        #expect("\(missing)".contains("the variable URL is not set"))
    }

    @Test("a secret with line ends becomes no header of its own")
    func injectedSecret() async throws {
        let channel = WebhookChannel(url: .plain("http://127.0.0.1:1/"), token: .environment("T"))
        let result = try await send(channel, environment: ["T": "a\r\nX-Evil: 1"])
        guard case .failed(_, false) = result else {
            Issue.record("\(result)")
            return
        }
    }
}

@Suite("Pings", .timeLimit(.minutes(2)))
struct PingTests {
    @Test(
        "ask the addresses that Healthchecks has",
        arguments: [
            ("/abc", OutgoingPing.Signal.start, "/abc/start?rid=KEY"), ("/abc", .success, "/abc?rid=KEY"),
            ("/abc/", .failure, "/abc/fail?rid=KEY"), ("/abc?create=1", .status(2), "/abc/2?create=1&rid=KEY"),
        ])
    func addresses(_ path: String, _ signal: OutgoingPing.Signal, _ expected: String) async throws {
        try await HTTPPeer.open(body: "OK") { peer in
            let target = PingTarget(name: "w", url: .plain(peer.url + path))
            let run = try #require(RunIdentifier(rawValue: "weekly-1"))
            let couriers = Couriers(environment: [:], timeZone: { paris })
            let result = await couriers.send(
                OutgoingPing(signal: signal, run: run, runKey: "KEY", text: "weekly began"), to: target)
            #expect(result == .delivered(answer: "200: OK"))
            let request = try #require(peer.requests.first)
            #expect(request.line == "POST \(expected) HTTP/1.1" && request.body == "weekly began")
        }
    }
}

@Suite("Commands that are told", .timeLimit(.minutes(2)))
struct CommandTests {
    private func send(_ program: [String], limit: Double = 20) async throws -> DeliveryResult {
        let channel = NoticeChannel(
            name: "x", means: .command(program), timeLimit: TimeSpan(.milliseconds(Int64(limit * 1000))))
        return await Couriers(environment: ["SECRET": "x"], timeZone: { paris }).send(
            try sampleNotice(subject: "a\nb"), through: channel)
    }

    private func script(_ text: String, _ body: (String) async throws -> Void) async throws {
        let folder = FilePath(NSTemporaryDirectory()).appending("ronde-notices-\(UUID().uuidString)")
        try Folder.create(folder)
        let path = folder.appending("notify.sh").string
        try Data("#!/bin/sh\n\(text)\n".utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        defer {
            // What a failing test leaves behind is in the temporary folder.
            try? Folder.removeTree(folder)
        }
        try await body(path)
    }

    @Test("get the notice on standard input, which ends, and the gist in the environment")
    func input() async throws {
        try await script("cd \"$1\"; cat > in; env > env; echo noise; echo said >&2") { path in
            let folder = String(path.dropLast("/notify.sh".count))
            let result = try await send([path, folder])
            #expect(result == .delivered(answer: "'\(path)' exited 0: said"))
            let input = try Data(contentsOf: URL(fileURLWithPath: folder + "/in"))
            let found = try RecordCoding.decoder().decode(Notice.self, from: input)
            #expect(try found == sampleNotice(subject: "a\nb"))
            #expect(input.last == 0x0A && input.filter { $0 == 0x0A }.count == 1)
            let variables = try String(contentsOfFile: folder + "/env", encoding: .utf8)
            #expect(variables.contains("RONDE_SUBJECT=a\\nb\n") && variables.contains("RONDE_OUTCOME=critical\n"))
            #expect(!variables.contains("SECRET"))
        }
    }

    @Test("that read nothing and exit 0 are fine; other statuses are failures with their words")
    func statuses() async throws {
        let good = try await send(["true"])
        #expect(good == .delivered(answer: "'true' exited 0"))
        let bad = try await send(["false"])
        #expect(bad == .failed(reason: "'false' exited 1", isTemporary: true))
        try await script("echo 'no way' >&2; echo more >&2; exit 7") { path in
            let result = try await send([path])
            #expect(result == .failed(reason: "'\(path)' exited 7: no way", isTemporary: true))
        }
    }

    @Test("that hang are ended at the limit, with their children")
    func hanging() async throws {
        try await script("trap '' TERM; sleep 600 & sleep 600") { path in
            let result = try await send([path], limit: 0.5)
            #expect(result == .failed(reason: "'\(path)' took longer than 500ms", isTemporary: true))
        }
    }

    @Test("that do not exist are named", arguments: ["no-such-program-here", "/no/such/program"])
    func missing(_ program: String) async throws {
        let result = try await send([program])
        #expect("\(result)".contains(program))
        guard case .failed = result else {
            Issue.record("\(result)")
            return
        }
    }
}
