import DatabasePluginTesting
import DurableFiles
import EndpointsPlugin
import Foundation
import HTTPTesting
import Maintenance
import PluginKit
import Synchronization
import SystemPackage
import Testing

@Suite("A round trip")
struct RoundTripTests {
    private let trial: PluginTrial<EndpointsPlugin>
    private var note: FilePath { trial.state.appending("round-trip.json") }
    private static let asked = "endpoints: []\nround_trip: {}\ntime_limit_each: 1s\nlimit: 900ms"

    init() throws { trial = try PluginTrial() }

    private func perform(_ register: Register, _ with: String = asked, dryRun: Bool = false) async throws -> TrialRecord
    {
        let trial = trial
        return try await TestServer.open(answering: { register.answer($0, $1) }) { server in
            try await trial.perform(with, dryRun: dryRun, url: server.url)
        }
    }

    private var isNoted: Bool { get throws { try FileFacts.of(note, followingLinks: false) != nil } }

    @Test("makes, reads and deletes a record, and leaves nothing behind")
    func around() async throws {
        let register = Register()
        let seen = Mutex<[String]>([])
        let watching = Register { request, _ in
            seen.withLock { $0.append("\(request.method) \(request.path.prefix { $0 != "?" })") }
            return register.obey(request)
        }
        let record = try await perform(watching)
        #expect(record.outcome == .ok)
        #expect(record.summary.hasPrefix("a record was made, read and deleted in "), "\(record.summary)")
        #expect(
            seen.withLock { $0 } == [
                "POST /api/users", "GET /api/users/1", "GET /api/users/1", "DELETE /api/users/1", "GET /api/users/1",
            ])
        #expect(register.records.isEmpty)
        #expect(try !isNoted)
        #expect(record.measured("round_trip.create_time") != nil && record.measured("round_trip.read_time") != nil)
    }

    @Test("has another word in each run, which is written down before the record is made")
    func words() async throws {
        let bodies = Mutex<[String]>([])
        let noted = Mutex<[String]>([])
        let file = note
        let register = Register { request, _ in
            guard request.method == "POST" else { return nil }
            bodies.withLock { $0.append(request.body) }
            // Whether it is there says the test below; a file that is not there is an empty text.
            let text = (try? DurableFile.read(file, limit: 1 << 16)) ?? []
            noted.withLock { $0.append(String(decoding: text, as: UTF8.self)) }
            return nil
        }
        for _ in 0..<2 { #expect(try await perform(register).outcome == .ok) }
        let all = bodies.withLock { $0 }
        try #require(all.count == 2 && all[0] != all[1])
        for (body, note) in zip(all, noted.withLock { $0 }) {
            let match = try #require(
                body.wholeMatch(of: #/{"email":"ronde-([a-z0-9]{16})@example.org","name":"Ronde (.*)"}/#))
            #expect(match.1 == match.2 && note.contains(match.1))
        }
    }

    @Test(
        "that goes wrong is critical, and the record is deleted all the same",
        arguments: [
            ("GET", "/api/users/1", Reaction.reply("500 Oh"), "GET /api/users/1 answers 500"),
            ("GET", "/api/users/1", .reply("200 OK", #"{"name":"Someone"}"#), "answers, but email is missing"),
            ("GET", "/api/users/1", .reply("200 OK", "<html>"), "does not answer JSON"),
            ("GET", "/api/users/1", .drop(), "GET /api/users/1 does not answer"),
            ("GET", "/api/users/1", .reply("302 Found", headers: ["Location: /"]), "GET /api/users/1 answers 302"),
        ])
    func readFails(_ method: String, _ path: String, _ reaction: Reaction, says fragment: String) async throws {
        // Only the first reading; the removal looks for itself.
        let register = Register { request, earlier in
            request.method == method && request.path == path && earlier == 0 ? reaction : nil
        }
        let record = try await perform(register)
        #expect(record.outcome == .critical && record.summary.contains(fragment), "\(record.summary)")
        #expect(register.records.isEmpty)
        #expect(try !isNoted)
    }

    @Test("whose POST is refused leaves nothing to look for", arguments: ["400 Bad", "409 Conflict", "404 Not Found"])
    func refused(_ status: String) async throws {
        let posts = Register { request, _ in request.method == "POST" ? .reply(status, "no") : nil }
        let record = try await perform(posts)
        #expect(
            record.outcome == .critical && record.summary.contains("POST /api/users answers \(status.prefix(3)): no"))
        #expect(try !isNoted)
    }

    @Test("at a service that is not there is critical, and leaves no note")
    func absent() async throws {
        let record = try await trial.perform(Self.asked, url: "http://127.0.0.1:\(TestServer.freePort())")
        #expect(record.outcome == .critical && record.summary.contains("connection refused"), "\(record.summary)")
        #expect(try !isNoted)
    }

    @Test(
        "finds the record whose making was not answered, and deletes it",
        arguments: [
            Reaction.drop(), .hang, .reply("500 Oh"), .reply("201 Created", "made!"),
            .reply("201 Created", #"{"id":null}"#),
            .reply("201 Created", #"{"id":".."}"#),
        ])
    func lost(_ reaction: Reaction) async throws {
        let inner = Register()
        let register = Register { request, _ in
            let answer = inner.obey(request)
            return request.method == "POST" ? reaction : answer
        }
        let record = try await perform(register)
        #expect(record.outcome == .critical, "\(record.summary)")
        #expect(inner.records.isEmpty)
        #expect(try !isNoted)
        #expect(record.log.contains { $0.message.contains("was found and deleted") })
    }

    /// Several runs at the same address.
    private func serving(_ register: Register, _ body: (_ run: () async throws -> TrialRecord) async throws -> Void)
        async throws
    {
        let trial = trial
        try await TestServer.open(answering: { register.answer($0, $1) }) { server in
            try await body { try await trial.perform(Self.asked, url: server.url) }
        }
    }

    @Test("whose record was not made although it seemed so keeps its note until the next run has looked")
    func late() async throws {
        let register = Register { request, _ in request.method == "POST" ? .drop() : nil }
        try await serving(register) { run in
            #expect(try await run().outcome == .critical)
            #expect(try isNoted)
            register.breaks()
            let record = try await run()
            #expect(record.outcome == .ok, "\(record.summary)")
            #expect(try !isNoted)
        }
    }

    @Test("that cannot delete says which record is left, and the next run deletes it before it makes another")
    func left() async throws {
        let register = Register { request, _ in request.method == "DELETE" ? .reply("500 Oh") : nil }
        register.put(6, ["name": "Ada", "email": "ada@example.org"])
        try await serving(register) { run in
            let first = try await run()
            #expect(first.outcome == .critical)
            #expect(first.summary.contains("record 7 ('"), "\(first.summary)")
            #expect(first.summary.contains("is left: DELETE /api/users/7 answers 500"), "\(first.summary)")
            // Still broken: no second record beside the first.
            let second = try await run()
            #expect(
                second.outcome == .critical && second.summary.contains("of an earlier run is left"), "\(second.summary)"
            )
            #expect(register.records.keys.sorted() == [6, 7])
            register.breaks()
            let third = try await run()
            #expect(third.outcome == .ok, "\(third.summary)")
            #expect(third.log.contains { $0.message.contains("record 7 ('") && $0.message.contains("was deleted") })
            #expect(register.records.keys.sorted() == [6])
            #expect(try !isNoted)
        }
    }

    @Test(
        "deletes what is left at a service that has moved, and tells of what it does not find there",
        arguments: [true, false])
    func moved(_ isTaken: Bool) async throws {
        let register = Register { request, _ in request.method == "DELETE" ? .reply("500 Oh") : nil }
        #expect(try await perform(register).outcome == .critical)
        register.breaks()
        if !isTaken { register.remove(1) }
        let record = try await perform(register)
        #expect(record.outcome == (isTaken ? .ok : .critical), "\(record.summary)")
        #expect(
            isTaken || record.summary.contains("see that it is not left: GET http://127.0.0.1:"), "\(record.summary)")
        #expect(register.records.isEmpty)
        #expect(try !isNoted)
    }

    @Test("tries again where the service falters once")
    func falters() async throws {
        let failures = Mutex(0)
        let register = Register { request, _ in
            guard request.method == "DELETE" else { return nil }
            return failures.withLock { count in
                count += 1
                return count == 1 ? .reply("503 Busy") : nil
            }
        }
        #expect(try await perform(register).outcome == .ok)
        #expect(register.records.isEmpty)
    }

    @Test("never deletes what has the id by now but is somebody's", arguments: [true, false])
    func somebodyElses(_ isFound: Bool) async throws {
        let register = Register { request, _ in request.method == "DELETE" ? .reply("500 Oh") : nil }
        try await serving(register) { run in
            #expect(try await run().outcome == .critical)
            // The record was deleted by hand, and its number was given to a person.
            register.breaks()
            register.remove(1)
            if isFound { register.put(1, ["name": "Ada", "email": "ada@example.org"]) }
            let record = try await run()
            #expect(record.outcome == .ok, "\(record.summary)")
            #expect(register.records.values.map { $0["name"] } == (isFound ? ["Ada"] : []))
        }
    }

    @Test("does not believe a search that gives somebody else, and goes on looking")
    func blindSearch() async throws {
        let register = Register { request, _ in
            switch (request.method, request.path.hasPrefix("/api/users?")) {
            case ("POST", _): .drop()
            case ("GET", true): .reply("200 OK", #"{"users":[{"id":3}]}"#)
            default: nil
            }
        }
        register.put(3, ["name": "Ada", "email": "ada@example.org"])
        let record = try await perform(register)
        #expect(record.outcome == .critical && record.summary.contains("'find' gives another record, 3"))
        #expect(register.records[3]?["name"] == "Ada")
        #expect(try isNoted)
    }

    @Test("does not delete what the service shows under a wrong id")
    func wrongID() async throws {
        let state = Register()
        state.put(3, ["name": "Ada", "email": "ada@example.org"])
        let register = Register { request, _ in
            let answer = state.obey(request)
            return request.method == "POST" ? .reply("201 Created", #"{"id":3}"#) : answer
        }
        let record = try await perform(register)
        #expect(record.outcome == .critical)
        #expect(state.records[3]?["name"] == "Ada")
    }

    @Test("that is not gone after its deletion is critical")
    func ghost() async throws {
        let register = Register { request, _ in request.method == "DELETE" ? .reply("200 OK") : nil }
        let record = try await perform(register)
        #expect(record.outcome == .critical)
        #expect(record.summary.contains("was deleted, but GET /api/users/1 answers 200"), "\(record.summary)")
    }

    @Test("makes nothing that it cannot note before")
    func unnoted() async throws {
        try Folder.create(note.appending("in-the-way"))
        let register = Register()
        let record = try await perform(register)
        #expect(record.outcome == .critical && record.summary.contains("round-trip.json"), "\(record.summary)")
        #expect(register.records.isEmpty)
    }

    @Test("does not go on over a note that cannot be read", arguments: ["", "{}", "[", "{\"unique\":7}"])
    func damaged(_ text: String) async throws {
        try DurableFile.write(Array(text.utf8), to: note, permissions: .ownerReadWrite)
        let register = Register()
        let record = try await perform(register)
        #expect(record.outcome == .critical && record.summary.contains("then remove \(note)"), "\(record.summary)")
        #expect(register.records.isEmpty)
        #expect(try isNoted)
    }

    @Test("changes nothing in a dry run, and says what it would do")
    func dryRun() async throws {
        let stubborn = Register { request, _ in request.method == "DELETE" ? .reply("500 Oh") : nil }
        #expect(try await perform(stubborn).outcome == .critical)
        let before = try DurableFile.read(note, limit: 1 << 16)
        let touched = Register { _, _ in
            Issue.record("a dry run asked something")
            return nil
        }
        let record = try await perform(touched, dryRun: true)
        #expect(record.result == TaskResult(.ok, "would make, read and delete a record at /api/users"))
        #expect(record.log.map(\.message).first?.hasPrefix("would first delete record 1 ('") == true)
        #expect(record.log.contains { $0.message == "would POST /api/users with email, name, and want status 201" })
        #expect(try DurableFile.read(note, limit: 1 << 16) == before)
    }

    @Test("of other records, at other paths")
    func others() async throws {
        let seen = Mutex<[TestRequest]>([])
        let register = Register { request, _ in
            seen.withLock { $0.append(request) }
            switch (request.method, request.path) {
            case ("POST", "/things?x=1"): return .reply("200 OK", #"{"data":{"key":"a b/c"}}"#)
            case ("GET", "/thing/a%20b%2Fc") where !seen.withLock({ $0 }).contains { $0.method == "DELETE" }:
                let word = seen.withLock { $0 }[0].body.split(separator: "\"").first { $0.hasPrefix("w-") } ?? ""
                return .reply("200 OK", #"{"thing":{"label":"\#(word)","n":7}}"#)
            case ("GET", "/thing/a%20b%2Fc"): return .reply("410 Gone")
            case ("DELETE", "/thing/a%20b%2Fc"): return .reply("204 No Content")
            default: return .reply("500 Unexpected")
            }
        }
        let record = try await perform(
            register,
            """
            endpoints: []
            round_trip:
              create: /things?x=1
              body: {label: "w-{unique}", n: 7, deep: [{a: "{unique}"}]}
              created: 2xx
              id: data.key
              record: /thing/{id}
              compare: {thing.label: "w-{unique}", thing.n: {min: 7}}
              gone: "404, 410"
              headers: {Authorization: Bearer x}
            """)
        #expect(record.outcome == .ok, "\(record.summary)")
        #expect(seen.withLock { $0 }.allSatisfy { $0.header("Authorization") == "Bearer x" })
    }

    @Test("that was told to stop in the middle still deletes its record")
    func cancelled() async throws {
        let (trial, register) = (trial, Register())
        let (reads, tell) = AsyncStream.makeStream(of: Void.self)
        let slow = Register { request, earlier in
            if request.method == "GET", earlier == 0 {
                tell.yield()
                return .hang
            }
            return register.obey(request)
        }
        try await TestServer.open(answering: { slow.answer($0, $1) }) { server in
            let task = Task { try await trial.perform("endpoints: []\nround_trip: {}", url: server.url) }
            for await _ in reads { break }
            task.cancel()
            let record = try await task.value
            #expect(record.outcome == .unknown)
        }
        #expect(register.records.isEmpty)
        #expect(try !isNoted)
    }
}
