import DatabasePluginTesting
import DurableFiles
import Foundation
import Maintenance
import PluginKit
import ProcFS
import SystemPackage
import Testing

@testable import ProcessPlugin

// One after the other, in each suite: looks through /proc take a thread for a while, and the time limits of others run on.
@Suite("Which process is the service's", .serialized)
struct FindingTests {
    private func pids(_ result: SearchResult) -> [Int32] {
        if case .found(let found, _) = result { found.map(\.pid) } else { [] }
    }

    private func reason(_ result: SearchResult) -> String {
        if case .none(let reason) = result { reason } else { "" }
    }

    @Test("the port of the service's url finds who listens there")
    func url() async throws {
        let listener = try Listener()
        let record = try await Trial().perform(
            "{sample: 100ms, cpu_warning: 10000%, memory_warning: 1TiB}", url: "http://127.0.0.1:\(listener.port)/api")
        #expect(record.outcome == .ok && record.summary.contains("(\(getpid()))"), "\(record.summary)")
        #expect(record.measured("processes") ?? 0 >= 1 && record.measured("threads") ?? 0 >= 1)
        #expect(record.measured("age") ?? -1 >= 0 && record.measured("memory") ?? 0 > 1e6)
        #expect(record.measured("open_files") ?? 0 >= 3 && record.measured("restarts_day") == 0)
    }

    @Test("where nothing listens the service does not run")
    func nobody() async throws {
        let port = try Listener().port
        let record = try await Trial().perform("port: \(port)")
        #expect(record.outcome == .critical)
        #expect(record.summary == "API does not run: nothing listens at TCP port \(port)")
        #expect(record.measured("processes") == 0)
    }

    @Test(
        "a url that is not of this machine needs another way to the process",
        arguments: ["https://example.org", "http://203.0.113.7:5000", "not a url", "http://[2001:db8::1]/"])
    func elsewhere(_ url: String) async throws {
        let record = try await Trial().perform(url: url)
        #expect(record.outcome == .unknown && record.summary.contains("name one of port, pid_file, unit"))
    }

    @Test(
        "this machine is known by its addresses and its name",
        arguments: ["localhost", "LOCALHOST", "127.0.0.9", "::1", "[::1]", "0.0.0.0", "api.localhost"])
    func here(_ host: String) { #expect(ServicePort.isHere(host)) }

    @Test(
        "the usual port of a url counts where it names none",
        arguments: [("http://localhost", 80), ("https://localhost/", 443)])
    func usualPort(_ url: String, port: Int) throws {
        #expect(try ServicePort.of(Service(name: "api", title: "API", url: url)) == port)
    }

    @Test("several ways to the process are a mistake, as is a service without any")
    func several() async throws {
        #expect(try await Trial().perform("{port: 80, name: api}").summary.hasPrefix("port, name: each finds"))
        #expect(try await Trial().perform().outcome == .unknown)
    }

    @Test("a pid file leads to its process, while it runs")
    func pidFile() async throws {
        let program = try NamedProgram()
        let child = try Child(program.path, "1000")
        let file = try program.write(" \(child.pid)\nmore", to: "pid")
        let search = ProcessSearch()
        #expect(pids(try await search.find(.pidFile(file))) == [child.pid])
        child.end()
        #expect(
            reason(try await search.find(.pidFile(file))).contains("names process \(child.pid), which does not run"))
        let missing = program.folder.appending("missing")
        #expect(reason(try await search.find(.pidFile(missing))).contains("does not exist"))
    }

    @Test(
        "a pid file with something else in it cannot tell",
        arguments: ["", "\n", "api", "-5", "0", "99999999999", "\0"])
    func badPidFile(_ text: String) async throws {
        let file = try NamedProgram()
        let path = try file.write(text, to: "pid")
        await #expect(throws: TaskFailure.self) { try await ProcessSearch().find(.pidFile(path)) }
    }

    @Test("a pid file that is a folder, a pipe, or too large is an error and no hang", .timeLimit(.minutes(1)))
    func oddPidFile() async throws {
        let program = try NamedProgram()
        let pipe = program.folder.appending("pipe")
        #expect(mkfifo(pipe.string, 0o600) == 0)
        let large = try program.write(String(repeating: "1", count: 100_000), to: "large")
        for path in [program.folder, pipe, large] {
            await #expect(throws: TaskFailure.self) { try await ProcessSearch().find(.pidFile(path)) }
        }
    }

    @Test("a process that has ended, and that nobody has waited for, does not run")
    func zombie() async throws {
        let folder = try NamedProgram()
        let stat = "1 1 1 0 -1 0 0 0 0 0 1 1 1 1 20 0 1 0 5 6 7"
        try Folder.create(folder.folder.appending("50"))
        _ = try folder.write("50 (api) Z \(stat)", to: "50/stat")
        let file = try folder.write("50", to: "pid")
        let search = ProcessSearch(proc: ProcFS(root: folder.folder))
        #expect(reason(try await search.find(.pidFile(file))).contains("has ended"))
    }

    @Test("a pid file that is older than its process may be another one's")
    func stale() async throws {
        let program = try NamedProgram()
        let child = try Child(program.path, "1000")
        let file = try program.write("\(child.pid)", to: "pid")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: file.string)
        let record = try await Trial().perform("{pid_file: '\(file)', sample: 100ms}")
        #expect(
            record.outcome == .warning && record.summary.contains("is older than process \(child.pid)"),
            "\(record.summary)")
    }

    @Test("a name and a piece of the command line find their processes, and only those at the top")
    func names() async throws {
        let program = try NamedProgram()
        let child = try Child(program.path, "1000")
        let shell = try Child.shell("\(program.path) 2000 & \(program.path) 3000 & echo; wait")
        let search = ProcessSearch()
        let named = pids(try await search.find(.name(program.name)))
        #expect(named.count == 3 && named.contains(child.pid))
        let lines = pids(try await search.find(.command(CommandPattern("\(program.name) *000"))))
        #expect(Set(lines) == [child.pid, shell.pid])
        #expect(pids(try await search.find(.command(CommandPattern("\(program.name) 1*")))) == [child.pid])
        #expect(reason(try await search.find(.name(program.name + "x"))) == "no process named '\(program.name)x' runs")
        for pid in named where pid != child.pid { kill(pid, SIGKILL) }
    }

    @Test("who searches, and who started it, is not what is searched for")
    func searcher() async throws {
        let program = try NamedProgram()
        let shell = try Child.shell("\(program.path) 2000 & echo; wait")
        let inner = try ProcFS().table().tree(of: [shell.pid]).map(\.pid).first { $0 != shell.pid }
        let search = ProcessSearch(searcher: try #require(inner))
        #expect(pids(try await search.find(.command(CommandPattern(program.name)))).isEmpty)
        if let inner { kill(inner, SIGKILL) }
    }

    @Test(
        "a pattern's pieces must come one behind the other",
        arguments: [
            ("app.py", "python3 app.py", true), ("python*app.py", "python3 app.py", true),
            ("app*python", "python3 app.py", false),
            ("*", "", true), ("aa*aa", "aaa", false), ("", "x", true), ("a**b", "ab", true),
        ])
    func patterns(_ pattern: String, line: String, matches: Bool) {
        #expect(CommandPattern(pattern).matches(line) == matches)
    }

    @Test("a pattern of many stars is matched in no time", .timeLimit(.minutes(1)))
    func stars() {
        let pattern = CommandPattern(String(repeating: "a*", count: 1_000) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 100_000)))
    }

    @Test("a socket that systemd holds for a service is not the service, and one of others cannot be judged")
    func heldByOthers() async throws {
        let folder = try NamedProgram()
        let stat = "0 1 1 0 -1 0 0 0 0 0 1 1 1 1 20 0 1 0 5 6 7"
        for path in ["net", "1/fd", "60/fd", "70"] { try Folder.create(folder.folder.appending(path)) }
        _ = try folder.write("0: 0100007F:1388 00000000:0000 0A 0:0 0:0 0 1000 0 111 1", to: "net/tcp")
        for (pid, name) in [(1, "systemd"), (60, "api"), (70, "other")] {
            _ = try folder.write("\(pid) (\(name)) S \(stat)", to: "\(pid)/stat")
        }
        func link(_ path: String) throws {
            try FileManager.default.createSymbolicLink(
                atPath: folder.folder.appending(path).string, withDestinationPath: "socket:[111]")
        }
        let search = ProcessSearch(proc: ProcFS(root: folder.folder))
        // What is no folder cannot be listed, as one of another user cannot.
        _ = try folder.write("", to: "70/fd")
        let refused = try await #require(throws: TaskFailure.self) { try await search.find(.port(5000)) }
        #expect(refused.outcome == .unknown && refused.summary.contains("which process of user id 1000"))
        try link("1/fd/3")
        #expect(reason(try await search.find(.port(5000))).contains("a service that it has not started"))
        try link("60/fd/4")
        #expect(pids(try await search.find(.port(5000))) == [60])
    }
}
