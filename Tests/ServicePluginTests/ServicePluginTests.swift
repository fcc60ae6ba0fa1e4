import DatabasePluginTesting
import Foundation
import Maintenance
import PluginKit
import ServicePlugin
import SystemPackage
import Testing

/// A service that is a file: it runs while that is there.
@Suite(.timeLimit(.minutes(1)))
struct ServicePluginTests {
    private let trial: PluginTrial<ServicePlugin>

    init() throws { trial = try PluginTrial() }

    private var isRunning: Bool { FileManager.default.fileExists(atPath: trial.folder.appending("runs").string) }

    private func perform(
        _ action: String, start: String = "touch runs", stop: String = "rm -f runs", url: String? = nil,
        dryRun: Bool = false
    ) async throws -> TrialRecord {
        let commands = ControlCommands(
            start: ["sh", "-c", start], stop: ["sh", "-c", stop], status: ["test", "-e", "runs"],
            folder: trial.folder.string)
        return try await trial.perform("action: \(action)", dryRun: dryRun, url: url, control: .commands(commands))
    }

    @Test("it is started, restarted and stopped, and each is seen to have worked")
    func actions() async throws {
        #expect(try await perform("status").outcome == .critical)
        let started = try await perform("start")
        #expect(started.outcome == .ok && isRunning)
        #expect(started.summary.hasPrefix("api: started"))
        #expect(try await perform("start").summary.contains("ran already"))
        #expect(try await perform("status").summary == "api: it runs")
        #expect(try await perform("restart", stop: "rm runs; touch stopped").outcome == .ok)
        #expect(FileManager.default.fileExists(atPath: trial.folder.appending("stopped").string) && isRunning)
        #expect(try await perform("stop").summary == "api: stopped")
        #expect(!isRunning)
        #expect(try await perform("stop").summary == "api: it was stopped already")
    }

    @Test("what did not work is critical, with what the command said")
    func failures() async throws {
        let start = try await perform("start", start: "echo no disk >&2; exit 5")
        #expect(start.outcome == .critical)
        #expect(start.summary.contains("status 5") && start.summary.contains("no disk"), "\(start.summary)")
        _ = try await perform("start")
        let stop = try await perform("restart", stop: "true")
        #expect(stop.outcome == .critical)
        #expect(stop.summary.contains("runs still"))
        // Port 1 of this host answers nobody.
        let sick = try await perform("restart", url: "http://127.0.0.1:1")
        #expect(sick.outcome == .critical)
        #expect(sick.summary.contains("restarted, but it is not well"))
    }

    @Test("a dry run says what it would run", arguments: ["start", "stop", "restart"])
    func dryRun(action: String) async throws {
        let record = try await perform(action, dryRun: true)
        #expect(record.outcome == .ok)
        #expect(record.summary.contains("touch runs") == (action != "stop"))
        #expect(record.summary.contains("rm -f runs") == (action != "start"))
        #expect(!isRunning)
    }

    @Test("where nobody says how, nothing is done")
    func uncontrolled() async throws {
        let record = try await trial.perform("action: restart")
        #expect(record.outcome == .unknown)
        #expect(record.summary.contains("control:"))
        #expect(try await trial.perform("action: status", url: "http://127.0.0.1:1").outcome == .critical)
    }
}
