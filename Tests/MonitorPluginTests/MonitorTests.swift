import DatabasePluginTesting
import DurableFiles
import Foundation
import HTTPTesting
import Maintenance
import MonitorPlugin
import PluginKit
import SystemPackage
import Testing

@Suite("The watch")
struct MonitorTests {
    private let trial: PluginTrial<MonitorPlugin>
    private var log: FilePath { trial.state.appending("monitoring.log") }

    init() throws { trial = try PluginTrial() }

    private static let well: TestServer.Script = { path, _ in
        path == "/api/health"
            ? .reply("200 OK", #"{"status":"healthy"}"#)
            : .reply("200 OK", #"{"total_users":1234,"database_size_mb":4.5}"#)
    }

    private func perform(
        _ with: String = "", dryRun: Bool = false, _ script: @escaping TestServer.Script = well
    ) async throws -> TrialRecord {
        let trial = trial
        return try await TestServer.open(script) { server in
            try await trial.perform(with, dryRun: dryRun, url: server.url)
        }
    }

    private func text(_ path: FilePath? = nil) throws -> String {
        String(decoding: try DurableFile.read(path ?? log, limit: 1 << 20), as: UTF8.self)
    }

    @Test("adds the runbook's line to a file that its group may read")
    func line() async throws {
        let record = try await perform()
        #expect(record.result == TaskResult(.ok, "Users: 1234 | DB: 4.5MB | Status: OK"))
        let pattern = #/20\d\d-\d\d-\d\d \d\d:\d\d:\d\d \| Users: 1234 \| DB: 4.5MB \| Status: OK\n/#
        let written = try text()
        #expect(written.wholeMatch(of: pattern) != nil, "\(written)")
        #expect(try FileFacts.of(log, followingLinks: false)?.permissions == [.ownerReadWrite, .groupRead])
        #expect(record.measured("users") == 1234 && record.measured("database_size") == 4.5 * 1_048_576)
        #expect(record.log.contains { $0.message.hasPrefix("added to \(log.string): ") }, "it says where the log is")
        #expect(try await perform().outcome == .ok)
        #expect(try text().split(separator: "\n").count == 2)
    }

    @Test(
        "says KO, with what it could learn",
        arguments: [
            (
                "/api/health", "503 Busy", #"{"status":"unhealthy"}"#,
                "Users: 1234 | DB: 4.5MB | Status: KO (/api/health answers 503"
            ),
            (
                "/api/health", "200 OK", #"{"status":"dying"}"#,
                "Users: 1234 | DB: 4.5MB | Status: KO (/api/health answers, but status"
            ),
            ("/api/stats", "500 Oh", "", "Users: - | DB: - | Status: KO (/api/stats answers 500"),
            (
                "/api/stats", "200 OK", "{}",
                "Users: - | DB: - | Status: KO (/api/stats answers, but total_users is missing"
            ),
            (
                "/api/stats", "200 OK", #"{"total_users":7}"#,
                "Users: 7 | DB: - | Status: KO (/api/stats answers, but database"
            ),
            ("/api/stats", "500 Oh", #"{"error":"a|b\n2025-01-01 | Status: OK"}"#, #""a/b 2025-01-01 / Status: OK""#),
        ])
    func knockedOut(_ path: String, _ status: String, _ body: String, says fragment: String) async throws {
        let record = try await perform { asked, earlier in
            asked == path ? .reply(status, body) : Self.well(asked, earlier)
        }
        #expect(record.outcome == .critical)
        let lines = try text().split(separator: "\n")
        #expect(lines.count == 1 && lines[0].contains(fragment), "\(lines)")
        #expect(lines[0].utf8.count < 500)
    }

    @Test("says KO of a service that is not there")
    func absent() async throws {
        let record = try await trial.perform(url: "http://127.0.0.1:\(TestServer.freePort())")
        #expect(record.outcome == .critical)
        #expect(try text().contains("Users: - | DB: - | Status: KO (/api/health does not answer"))
    }

    @Test("asks once, and no longer than its limit")
    func quick() async throws {
        let trial = trial
        try await TestServer.open({ _, _ in .hang }) { server in
            let record = try await trial.perform("time_limit_each: 200ms", url: server.url)
            #expect(record.outcome == .critical && record.duration < .seconds(10))
            #expect(server.asked.map(\.path).sorted() == ["/api/health", "/api/stats"])
        }
    }

    @Test("asks nothing and writes nothing in a dry run, and says where it would")
    func dryRun() async throws {
        let record = try await perform(dryRun: true)
        #expect(
            record.result
                == TaskResult(.ok, "would ask 2 endpoints: /api/health, /api/stats; would add a line to \(log)"))
        #expect(try Folder.entries(of: trial.state).isEmpty)
    }

    @Test("of the API service is well")
    func live() async throws {
        let trial = trial
        try await LiveService.open(in: trial.folder) { url in
            let record = try await trial.perform(url: url)
            #expect(record.outcome == .ok && record.summary.hasPrefix("Users: 0 | DB: "), "\(record.summary)")
        }
    }

    @Test(
        "that cannot write its line is critical, whatever the service says",
        arguments: ["folder", "link", "pipe", "none"])
    func unwritable(_ obstacle: String) async throws {
        let path = trial.folder.appending("there").appending("watch.log")
        if obstacle != "none" { try Folder.create(Folder.parent(of: path)) }
        switch obstacle {
        case "folder": try Folder.create(path)
        case "link":
            try FileManager.default.createSymbolicLink(atPath: path.string, withDestinationPath: "/etc/passwd")
        case "pipe": try #require(mkfifo(path.string, 0o600) == 0)
        default: break
        }
        let record = try await perform("log_file: \(path)")
        #expect(record.outcome == .critical)
        #expect(record.summary.hasPrefix("Users: 1234 | DB: 4.5MB | Status: OK; the line could not be written: "))
        #expect(
            record.log.contains { $0.level == .error && $0.message.contains("Status: OK") }, "the line is in the report"
        )
    }

    @Test("on a disk without room is critical, and leaves no half of a line")
    func fullDisk() async throws {
        guard FullDisk.isPossible else { return }
        try await FullDisk.mounted(at: trial.folder.appending("disk")) { folder in
            let path = folder.appending("watch.log")
            var record = try await perform("log_file: \(path)\nrotate_at: 1MB")
            let before = try text(path)
            try FullDisk.fill(folder)
            record = try await perform("log_file: \(path)\nrotate_at: 1MB")
            // The rest of the file's last page takes some lines more.
            for _ in 0..<200 where record.outcome == .ok {
                record = try await perform("log_file: \(path)\nrotate_at: 1MB")
            }
            #expect(record.outcome == .critical && record.summary.contains("is full"), "\(record.summary)")
            let lines = try text(path)
            #expect(lines.hasPrefix(before) && lines.hasSuffix("Status: OK\n"), "\(lines.suffix(80))")
        }
    }
}
