import Foundation
import GRDB
import Glibc
import Logging
import SystemPackage
import Testing

@testable import APIService

/// The built executable as its users have it: signals, sockets and files.
@Suite("The executable", .serialized)
struct ExecutableTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func serve(_ more: String...) throws -> ServiceProcess {
        try ServiceProcess(["--port", "0", "--database", "test.db", "--log-file", "api.log"] + more, in: folder)
    }

    private func user(_ name: String) -> String { #"{"name":"\#(name)","email":"\#(name)@example.org"}"# }

    @Test("a signal ends it in order", arguments: [SIGTERM, SIGINT])
    func stops(_ signal: Int32) throws {
        let service = try serve()
        let connection = try Connection(port: service.port())
        #expect(try connection.ask("POST", "/api/users", user("ada"))?.status == 201)
        service.send(signal)
        #expect(try service.ending().status == 0)
        #expect(try folder.text("api.log").contains("INFO: stopped"))
        #expect(try folder.names().filter { $0.hasPrefix("test.db") } == ["test.db"], "the log is in the database")
    }

    @Test("an idle connection and half a request do not hold up the end")
    func stopsWithGuests() throws {
        let service = try serve()
        let port = try service.port()
        let idle = try Connection(port: port)
        #expect(try idle.ask("GET", "/api/health")?.status == 200)
        let half = try Connection(port: port)
        half.send("POST /api/users HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        let begin = ContinuousClock.now
        service.send(SIGTERM)
        #expect(try service.ending().status == 0)
        #expect(ContinuousClock.now - begin < .seconds(30))
    }

    @Test("a user whose creation was answered survives kill -9")
    func killed() async throws {
        let service = try serve()
        let (port, id) = (try service.port(), service.id)
        let acknowledged = try await withThrowingTaskGroup(of: [String].self) { group in
            for writer in 0..<2 {
                group.addTask {
                    let connection = try Connection(port: port)
                    var names: [String] = []
                    while names.count < 100_000 {
                        let name = "w\(writer)n\(names.count)"
                        guard let answer = try connection.ask("POST", "/api/users", user(name)) else { break }
                        try #require(answer.status == 201)
                        names.append(name)
                        if writer == 0, names.count == 150 { kill(id, SIGKILL) }
                    }
                    return names
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(try service.ending().status == -SIGKILL)
        #expect(acknowledged.count >= 150)
        let database = try DatabaseQueue(path: folder.file("test.db").string)
        #expect(try await database.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
        let kept = Set(try await database.read { try String.fetchAll($0, sql: "SELECT name FROM users") })
        #expect(kept.isSuperset(of: acknowledged))
    }

    @Test("a port that is taken is named with its holder, and the exit is for another try")
    func portTaken() throws {
        let first = try serve()
        let port = try first.port()
        let second = try ServiceProcess(["serve", "--port", "\(port)", "--database", "two.db"], in: folder).ending()
        #expect(second.status == 75)
        #expect(second.complaints.contains("port \(port)") && second.complaints.contains("process \(first.id)"))
        #expect(second.output.isEmpty)
    }

    @Test(
        "faults at the start have their status and a sentence",
        arguments: [
            (["--port", "70000"], 64, "--port"), (["--port", "many"], 64, "port"), (["--nope"], 64, "--nope"),
            (["seed"], 64, "--users"), (["seed", "--users", "-1"], 64, "--users"),
            (["--log-count", "0"], 64, "--log-count"),
            (["--port", "0", "--database", "none/test.db"], 66, "folder"),
            (["--port", "0", "--database", "junk.db"], 65, "no SQLite database"),
            (["seed", "--users", "1", "--database", "junk.db"], 65, "no SQLite database"),
            (["--port", "0", "--log-file", "none/api.log"], 74, "none/api.log"),
            (["--port", "0", "--host", "192.0.2.1"], 69, "192.0.2.1"),
            (["--port", "0", "--host", "no such host"], 69, "no such host"),
        ])
    func faults(_ arguments: [String], status: Int32, says: String) throws {
        try String(repeating: "junk ", count: 1_000).write(
            toFile: folder.file("junk.db").string, atomically: true, encoding: .utf8)
        let ending = try ServiceProcess(arguments, in: folder).ending()
        #expect(ending.status == status)
        #expect(ending.complaints.contains(says), "\(ending.complaints)")
        #expect(!ending.complaints.contains("Fatal"))
    }

    @Test("seeding while it serves adds up, and twice changes nothing")
    func seed() throws {
        let service = try serve()
        let connection = try Connection(port: service.port())
        #expect(try connection.ask("POST", "/api/users", user("ada"))?.status == 201)
        for added in [2_999, 0] {
            let seed = try ServiceProcess(["seed", "--users", "3000", "--database", "test.db"], in: folder).ending()
            #expect(seed.status == 0 && seed.output.contains("\(added) users added, 3000 there"))
        }
        #expect(try connection.ask("GET", "/api/stats")?.body.contains(#""total_users":3000"#) == true)
    }

    @Test("while another process holds the lock changes are 503 and reading goes on")
    func locked() throws {
        let service = try serve()
        let connection = try Connection(port: service.port())
        #expect(try connection.ask("POST", "/api/users", user("ada"))?.status == 201)
        let other = try otherConnection(to: folder.file("test.db"))
        try other.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        #expect(try connection.ask("GET", "/api/users")?.status == 200)
        let refusal = try #require(try connection.ask("POST", "/api/users", user("grace")))
        #expect(refusal.status == 503 && refusal.body.contains("another process"))
        try other.inDatabase { try $0.execute(sql: "ROLLBACK") }
        #expect(try connection.ask("POST", "/api/users", user("grace"))?.status == 201)
    }

    @Test(
        "a request that breaks off creates nobody",
        arguments: ["Content-Length: 1000\r\n\r\n%", "Transfer-Encoding: chunked\r\n\r\n33\r\n%\r\n"])
    func brokenOff(_ form: String) throws {
        let service = try serve()
        let port = try service.port()
        let half = try Connection(port: port)
        let body = #"{"name":"half","email":"half-request@example.org"}"#.padding(
            toLength: 51, withPad: " ", startingAt: 0)
        half.send("POST /api/users HTTP/1.1\r\nHost: localhost\r\n" + form.replacing("%", with: body))
        half.finishSending()
        #expect(try half.answer()?.status != 201)
        let other = try Connection(port: port)
        #expect(try other.ask("GET", "/api/stats")?.body.contains(#""total_users":0"#) == true)
    }

    @Test(
        "garbage and giants are refused, and the next client is served",
        arguments: [
            "\u{1}\u{2}\u{3}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
            "GET /%00%ff?%%% HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nX-Big: \(String(repeating: "a", count: 1_000_000))\r\n\r\n",
            "GET /\(String(repeating: "a/", count: 500_000)) HTTP/1.1\r\nHost: x\r\n\r\n",
            "POST /api/users HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n{}",
            "POST /api/users HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n{}",
            "POST /api/users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ])
    func garbage(_ bytes: String) throws {
        let service = try serve()
        let port = try service.port()
        let hostile = try Connection(port: port)
        hostile.send(bytes)
        let status = try hostile.answer()?.status
        #expect(status == nil || [400, 404, 413].contains(status))
        #expect(try Connection(port: port).ask("GET", "/api/health")?.status == 200)
    }

    @Test("a client that says nothing is let go after the idle time", .timeLimit(.minutes(1)))
    func silent() throws {
        let service = try serve()
        let silent = try Connection(port: service.port(), patience: 40)
        silent.send("GET /api/health HT")
        #expect(try silent.isEnded())
    }

    @Test("its log turns over, with every line in one of the files")
    func rotation() throws {
        let service = try serve("--log-size", "1000", "--log-count", "50")
        let connection = try Connection(port: service.port())
        for index in 0..<60 { #expect(try connection.ask("GET", "/none/\(index)")?.status == 404) }
        service.send(SIGTERM)
        #expect(try service.ending().status == 0)
        let logs = try folder.names().filter { $0.hasPrefix("api.log") }
        let text = try logs.map { try folder.text($0) }.joined()
        #expect(logs.count > 3)
        for index in 0..<60 { #expect(text.contains("GET /none/\(index) 404")) }
    }
}
