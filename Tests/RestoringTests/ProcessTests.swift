import ControlledServices
import Backups
import DurableFiles
import Foundation
import Glibc
import Maintenance
import SQLiteFile
import SystemPackage
import Testing

@testable import Restoring

@Suite("Restoring beside other processes", .serialized)
struct ProcessTests {
    private static let holding = """
        import sqlite3, sys
        c = sqlite3.connect(sys.argv[1]); c.execute("SELECT count(*) FROM users").fetchall()
        print("ready", flush=True); sys.stdin.read()
        """

    @Test("a database that a process has open is not replaced, and the process is named", arguments: ["wal", "delete"])
    func open(_ journal: String) async throws {
        let scratch = try Scratch()
        let live = try scratch.makeDatabase(journal: journal)
        let set = try await scratch.backUp()
        try runSQL("DELETE FROM users WHERE id > 10", on: live)
        let holder = try PythonProcess(Self.holding, [live.string])
        let planner = RestorePlanner(
            target: scratch.target, service: UncontrolledService(), health: nil,
            tools: scratch.tools(looksForOpeners: true))
        let plan = try await planner.plan(.newest(set))
        #expect(plan.openers.map(\.pid) == [holder.pid] && plan.isLoose)
        for service in [UncontrolledService(), PretendedService()] as [any ControlledService] {
            let error = await #expect(throws: RestoreError.self) {
                try await scratch.restore(.newest(set), service, tools: scratch.tools(looksForOpeners: true))
            }
            #expect(
                error?.description.contains("python") == true && error?.description.contains("\(holder.pid)") == true)
        }
        #expect(try contents(of: live).first?.rows == 10)
        holder.kill()
        #expect(plan.accepts(try await planner.plan(.newest(set)).looseID), "a plan made while it was open still fits")
        #expect(try await scratch.transaction().run(.newest(set), confirmed: plan.id).outcome == .restored)
    }

    @Test("an empty file that a service has just made is in use too")
    func begun() async throws {
        let scratch = try Scratch()
        let live = try scratch.makeDatabase()
        let set = try await scratch.backUp()
        try DatabaseFiles(main: live).remove()
        let script = "import sys; f = open(sys.argv[1], 'w'); print('ready', flush=True); sys.stdin.read()"
        let holder = try PythonProcess(script, [live.string])
        let tools = scratch.tools(looksForOpeners: true)
        let error = await #expect(throws: RestoreError.self) { try await scratch.restore(.newest(set), tools: tools) }
        #expect(error?.description.contains("\(holder.pid)") == true)
        holder.kill()
        #expect(try await scratch.restore(.newest(set), tools: tools).outcome == .restored)
    }

    @Test("cancellation ends a restore before the swap and leaves all as it was")
    func cancelled() async throws {
        let scratch = try Scratch()
        let live = try scratch.makeDatabase()
        let set = try await scratch.backUp()
        let before = try contents(of: live)
        let service = PretendedService()
        let tools = scratch.tools { if $0 == "stopped" { withUnsafeCurrentTask { $0?.cancel() } } }
        let task = Task { try await scratch.restore(.newest(set), service, tools: tools) }
        await #expect(throws: (any Error).self) { try await task.value }
        #expect(try contents(of: live) == before && service.runs)
        #expect(try scratch.store.records().map(\.phase) == [.abandoned] && scratch.liveNames() == ["test.db"])
    }

    @Test("SQLite's lock keeps the restore from a database whose user nobody sees", arguments: ["wal", "delete"])
    func unseen(_ journal: String) async throws {
        let scratch = try Scratch()
        let live = try scratch.makeDatabase(journal: journal)
        let set = try await scratch.backUp()
        let script = """
            import sqlite3, sys
            c = sqlite3.connect(sys.argv[1], isolation_level=None)
            c.execute("BEGIN"); c.execute("SELECT count(*) FROM users").fetchall()
            print("ready", flush=True); sys.stdin.read()
            """
        let holder = try PythonProcess(script, [live.string])
        let before = try contents(of: live)
        let tools = scratch.tools()
        let error = await #expect(throws: RestoreError.self) { try await scratch.restore(.newest(set), tools: tools) }
        guard case .inUse? = error else { throw error ?? TestFailure(description: "none") }
        #expect(try contents(of: live) == before)
        holder.kill()
        #expect(try scratch.liveNames().allSatisfy { !$0.hasPrefix(".") })
    }

    @Test("two restores and a task of the runner exclude each other")
    func locks() async throws {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        let set = try await scratch.backUp()
        let lock = scratch.target.lock
        try Folder.create(Folder.parent(of: lock))
        for path in [lock, lock.adding(".work")] {
            let held = try #require(try FileLock.attempt(path, .exclusive, purpose: "vacuum"))
            let error = await #expect(throws: RestoreError.self) { try await scratch.restore(.newest(set)) }
            #expect(error?.description.contains("vacuum") == true)
            held.release()
        }
        // Planned before: to look at a database while another does changes what a plan sees of its files.
        let plan = try await RestorePlanner(
            target: scratch.target, service: UncontrolledService(), health: nil, tools: scratch.tools()
        ).plan(.newest(set))
        let transaction = scratch.transaction()
        async let first = transaction.run(.newest(set), confirmed: plan.id)
        async let second = transaction.run(.newest(set), confirmed: plan.id)
        var outcomes: [String] = []
        var errors: [any Error] = []
        do { outcomes.append("\(try await first.outcome)") } catch { errors.append(error) }
        do { outcomes.append("\(try await second.outcome)") } catch { errors.append(error) }
        #expect(outcomes.contains("restored") && outcomes.allSatisfy { $0 == "restored" }, "\(outcomes) \(errors)")
        #expect(errors.allSatisfy { $0 is RestoreError }, "\(errors)")
        #expect(try contents(of: scratch.database).first?.rows == 300)
    }

    @Test("a real service is stopped, gets the restored database, and outlives the command that started it")
    func service() async throws {
        let scratch = try Scratch()
        let live = try scratch.makeDatabase()
        let set = try await scratch.backUp()
        let pidFile = scratch.path("pid")
        let code =
            "import sqlite3,sys,time; c=sqlite3.connect(sys.argv[1],isolation_level=None);"
            + " c.execute('INSERT INTO users(name) VALUES (1)'); print('up', flush=True); time.sleep(600)"
        let start = "python3 -c \"\(code)\" '\(live)' & echo $! > '\(pidFile)'"
        let stop = "kill $(cat '\(pidFile)'); rm '\(pidFile)'"
        let commands = ControlCommands(
            start: ["sh", "-c", start], stop: ["sh", "-c", stop],
            status: ["sh", "-c", "test -e '\(pidFile)' && kill -0 $(cat '\(pidFile)')"])
        let service = CommandService(.commands(commands))
        #expect(try await service.isRunning() == false)
        try await service.start()
        #expect(try await service.isRunning() == true)
        let database = live
        let health = HealthCheck(url: "the database", limit: .seconds(20), pause: .milliseconds(20)) {
            try contents(of: database).first?.rows == 301 ? .healthy("301 rows") : .unhealthy("not yet")
        }
        let result = try await scratch.restore(
            .newest(set), service, health: health, tools: scratch.tools(looksForOpeners: true))
        #expect(result.outcome == .restored && result.notes == ["301 rows"])
        #expect(try await service.isRunning() == true)
        try await service.stop()
        #expect(try await service.isRunning() == false)
    }

    @Test("a command that fails or overstays is told with what it said")
    func commands() async throws {
        var settings = CommandService.Settings()
        settings.startLimit = .milliseconds(200)
        let service = CommandService(
            .commands(ControlCommands(start: ["sleep", "600"], stop: ["sh", "-c", "echo no way >&2; exit 5"])),
            settings: settings)
        let stop = await #expect(throws: CommandService.Failure.self) { try await service.stop() }
        #expect(stop?.description.contains("exited with status 5: no way") == true)
        let start = await #expect(throws: CommandService.Failure.self) { try await service.start() }
        #expect(start?.description.contains("did not return within") == true)
        let missing = CommandService(.commands(ControlCommands(start: ["no-such-program-here"], stop: [])))
        let error = await #expect(throws: CommandService.Failure.self) { try await missing.start() }
        #expect(error?.description.contains("no such program") == true)
        #expect(try await missing.isRunning() == nil)
    }

    @Test(
        "a full file system is told with both numbers, and when it fills up half-way all is as before",
        .enabled(if: geteuid() == 0 && Self.canMount))
    func full() async throws {
        let scratch = try Scratch()
        let live = try scratch.makeDatabase(rows: 20_000)
        let set = try await scratch.backUp()
        let before = try contents(of: live)
        try runProgram("mount", ["-t", "tmpfs", "-o", "size=4m", "none", scratch.path("live").string])
        defer { _ = try? runProgram("umount", [scratch.path("live").string]) }
        try scratch.makeDatabase(journal: "delete", rows: 20_000)
        let error = await #expect(throws: RestoreError.self) { try await scratch.restore(.newest(set)) }
        #expect(error?.description.contains("needed for the new database") == true, "\(error?.description ?? "")")
        let now = try contents(of: live)
        let plan = RestorePlan.Room(path: "", purpose: "", neededBytes: 0, freeBytes: 0)
        #expect(plan.isEnough && before.map(\.rows) == now.map(\.rows))
        let service = PretendedService()
        let run = RestoreRun(
            scratch.transaction(service),
            try scratch.store.begin(try await tinyPlan(scratch), at: Date()))
        var failing = run
        let look = try TargetLook.look(at: scratch.target)
        let full = await #expect(throws: (any Error).self) { try await failing.prepare(.newest(set), look) }
        await #expect(throws: (any Error).self) {
            _ = try await failing.giveUp(full ?? TestFailure(description: "none"))
        }
        #expect(try contents(of: live) == now)
        #expect(try scratch.liveNames().allSatisfy { !$0.hasPrefix(".") })
    }

    private func tinyPlan(_ scratch: Scratch) async throws -> RestorePlan {
        let other = try Scratch()
        try other.makeDatabase(rows: 3)
        let planner = RestorePlanner(
            target: other.target, service: UncontrolledService(), health: nil, tools: other.tools())
        var plan = try await planner.plan(.newest(try await other.backUp()))
        plan.target.resolvedPath = scratch.database.string
        return plan
    }

    private static var canMount: Bool {
        // Not to be allowed is an answer, not an error.
        guard let scratch = try? Scratch(),
            (try? runProgram("mount", ["-t", "tmpfs", "none", scratch.path("live").string]).status) == 0
        else { return false }
        _ = try? runProgram("umount", [scratch.path("live").string])
        return true
    }
}
