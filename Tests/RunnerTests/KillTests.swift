import DurableFiles
import Foundation
import Glibc
import Maintenance
import Reports
import RunStore
import SystemPackage
import Testing

@testable import Runner

/// Runners that are killed, seen from outside.
@Suite(.timeLimit(.minutes(3)))
struct KillTests {
    private let stubborn = "trap '' TERM; echo $$ > $STAGE/up; sleep 600; sleep 600"

    @Test("after kill -9 no process and no lock stays, and the next run records what was interrupted")
    func killed() async throws {
        let site = try Site("echo up > $STAGE/up; sleep 600", locks: "{database: exclusive}")
        let process = try site.start(["run", "daily"])
        #expect(try await site.stage.appears("up"))
        kill(process.processIdentifier, SIGKILL)
        #expect(try await site.status(of: process) == SIGKILL)
        #expect(try await site.stage.isLeftByAll())
        let open = try site.stage.store.unended(checklist: "daily")
        #expect(open.first?.tasks.map(\.outcome) == [.ok])
        let run = try #require(open.first?.run)
        #expect(site.stage.settings.scratchFolder.appending(run.rawValue).exists)
        let second = try site.start(["run", "daily", "--task", "first"])
        #expect(try await site.status(of: second) == 0)
        let report = try site.stage.reports.read(run)
        #expect(report.outcome == .unknown && report.interruption != nil)
        #expect(report.tasks.map(\.task) == ["first"])
        #expect(try site.stage.store.unended(checklist: "daily").isEmpty)
        #expect(!site.stage.settings.scratchFolder.appending(run.rawValue).exists)
        let name = try LockName.database(path: site.root.appending("test.db").string, name: "main", service: "api")
        let table = LockTable(folder: site.stage.settings.locksFolder)
        #expect(try await table.take([(name, .exclusive)], purpose: "", until: .now) { _ in }.held != nil)
    }

    @Test("a plugin that ignores TERM is killed after its runner, and keeps its lock until then")
    func stubbornPlugin() async throws {
        let site = try Site(stubborn, locks: "{database: exclusive}")
        let settings = site.stage.settings
        let process = try site.start(["run", "daily"])
        #expect(try await site.stage.appears("up"))
        let name = try LockName.database(path: site.root.appending("test.db").string, name: "main", service: "api")
        let table = LockTable(folder: settings.locksFolder)
        kill(process.processIdentifier, SIGKILL)
        _ = try await site.status(of: process)
        // The plugin lives, and its lock with it: the runner's grace is ten seconds.
        #expect(try await table.take([(name, .shared)], purpose: "", until: .now) { _ in }.held == nil)
        let end = ContinuousClock.now + .seconds(40)
        #expect(try await table.take([(name, .exclusive)], purpose: "", until: end) { _ in }.held != nil)
        #expect(try await site.stage.isLeftByAll())
    }

    @Test("at whatever moment it is killed, nothing stays behind", arguments: 0..<8)
    func anyMoment(step: Int) async throws {
        let site = try Site("sleep 0.2; (sleep 600 &) ; sleep 600", locks: "{database: exclusive}")
        let process = try site.start(["run", "daily"])
        try await Task.sleep(for: .milliseconds(step * 60))
        kill(process.processIdentifier, SIGKILL)
        _ = try await site.status(of: process)
        #expect(try await site.stage.isLeftByAll())
        let second = try site.start(["run", "daily", "--task", "first"])
        #expect(try await site.status(of: second) == 0)
        #expect(try site.stage.store.unended(checklist: "daily").isEmpty)
    }

    @Test("on SIGINT and SIGTERM the run is recorded before the end", arguments: [SIGINT, SIGTERM])
    func told(signal: Int32) async throws {
        let site = try Site("echo up > $STAGE/up; sleep 600")
        let process = try site.start(["run", "daily"])
        #expect(try await site.stage.appears("up"))
        kill(process.processIdentifier, signal)
        #expect(try await site.status(of: process) == 3)
        let row = try #require(try site.stage.store.runs(limit: 1).first)
        #expect(row.outcome == .unknown && row.endedAt != nil)
        #expect(try site.stage.reports.read(row.run).interruption == "it was told to stop")
        #expect(try await site.stage.isLeftByAll())
    }

    @Test("a damaged report of an interrupted run keeps nothing from running")
    func damagedReport() async throws {
        let site = try Site("echo up > $STAGE/up; sleep 600")
        let process = try site.start(["run", "daily"])
        #expect(try await site.stage.appears("up"))
        kill(process.processIdentifier, SIGKILL)
        _ = try await site.status(of: process)
        let run = try #require(try site.stage.store.unended(checklist: "daily").first?.run)
        let folder = site.stage.settings.reportsFolder.appending(run.rawValue)
        try Folder.create(folder)
        try DurableFile.write([1, 2, 3], to: folder.appending("report.json"), permissions: .ownerReadWrite)
        let second = try site.start(["run", "daily", "--task", "first"])
        #expect(try await site.status(of: second) == 0)
        #expect(try site.stage.store.unended(checklist: "daily").isEmpty)
        #expect(try site.stage.store.runs(limit: 9).map(\.outcome) == [.ok, .unknown])
    }

    @Test("a supervisor that is killed takes its plugin with it")
    func killedSupervisor() async throws {
        let stage = try Stage(["work": "echo $PPID > $STAGE/up; sleep 600"])
        let runner = try stage.runner()
        async let running = runner.run(
            stage.checklist([.of("work")]), .init(trigger: .manual), observer: SilentObserver())
        #expect(try await stage.appears("up"))
        let supervisor = try #require(pid_t(stage.file("up")?.trimmingCharacters(in: .newlines) ?? ""))
        kill(supervisor, SIGKILL)
        let report = try await running
        #expect(report.tasks.first?.summary.contains("killed by signal 9") == true)
        #expect(try await stage.isLeftByAll())
    }
}

extension FilePath {
    fileprivate var exists: Bool { FileManager.default.fileExists(atPath: string) }
}
