import DatabasePluginTesting
import Foundation
import Maintenance
import PluginKit
import ProcFS
import SystemPackage
import Testing

@testable import ProcessPlugin

@Suite("The process of a unit of systemd", .serialized)
struct UnitTests {
    private func find(_ script: String, _ program: NamedProgram) async throws -> SearchResult {
        let systemctl = try program.write("#!/bin/sh\n\(script)\n", to: "systemctl", permissions: 0o755)
        return try await ProcessSearch(systemctl: systemctl).main(of: "api.service")
    }

    @Test("is the one that systemd names, which is asked for by name alone")
    func found() async throws {
        let program = try NamedProgram()
        let child = try Child(program.path, "1000")
        let script = """
            [ "$*" = "show --property=LoadState,ActiveState,SubState,Result,MainPID -- api.service" ] || exit 9
            echo ActiveState=active; echo MainPID=\(child.pid); echo LoadState=loaded; echo odd; echo =
            """
        guard case .found(let processes, _) = try await find(script, program) else {
            Issue.record("not found")
            return
        }
        #expect(processes.map(\.pid) == [child.pid])
    }

    @Test(
        "is none where the unit is not running, and why is said",
        arguments: [
            (
                "echo LoadState=loaded; echo ActiveState=failed; echo SubState=failed; echo Result=exit-code; echo MainPID=0",
                "unit api.service has no process (failed, failed, exit-code); see 'systemctl status api.service'"
            ),
            (
                "echo ActiveState=active; echo MainPID=2147483647",
                "process 2147483647 of unit api.service has ended (active)"
            ),
        ])
    func ended(_ script: String, words: String) async throws {
        guard case .none(let reason) = try await find(script, try NamedProgram()) else {
            Issue.record("found")
            return
        }
        #expect(reason.hasPrefix(words), "\(reason)")
    }

    @Test(
        "cannot be told where systemd does not tell",
        arguments: [
            ("echo LoadState=not-found; echo MainPID=0", "systemd knows no unit 'api.service'"),
            ("echo 'Failed to connect to bus' >&2; exit 1", "Failed to connect to bus"), ("exit 4", "status 4"),
            ("echo Id=x", "named no main process"), ("kill -9 $$", "killed by signal 9"),
            ("yes | head -n 1000", "wrote too much"),
        ])
    func silent(_ script: String, words: String) async throws {
        let program = try NamedProgram()
        let failure = try await #require(throws: TaskFailure.self) { try await find(script, program) }
        #expect(failure.outcome == .unknown && failure.summary.contains(words), "\(failure.summary)")
    }

    @Test("needs systemd")
    func missing() async throws {
        let failure = try await #require(throws: TaskFailure.self) {
            try await ProcessSearch(systemctl: "/nonexistent/systemctl").main(of: "api.service")
        }
        #expect(failure.summary.contains("'unit' needs systemd"))
    }

    @Test("has a name that is no option", arguments: ["--version", "-x", "a b", "", "a;b"])
    func names(_ unit: String) async throws {
        await #expect(throws: (any Error).self) { try await Trial().perform("unit: '\(unit)'") }
    }
}
