import DurableFiles
import HostTasks
import Maintenance
import PluginKit
import Processes
import ProcFS
import Synchronization
import SystemPackage

extension ProcessSearch {
    /// The main process of a unit, as systemd knows it.
    ///
    /// - Throws: ``TaskFailure`` where systemd does not tell.
    func main(of unit: String) async throws -> SearchResult {
        let facts = try await show(unit)
        guard facts["LoadState"] != "not-found" else {
            throw TaskFailure(.unknown, "systemd knows no unit '\(unit)'; see 'systemctl list-units'")
        }
        let state = [facts["ActiveState"], facts["SubState"], facts["Result"]].compactMap { $0 }
            .filter { !$0.isEmpty && $0 != "success" }.map { Excerpt.of($0, limit: 40) }.joined(separator: ", ")
        guard let pid = facts["MainPID"].flatMap({ Int32($0) }), pid > 0 else {
            return .none("unit \(unit) has no process (\(state)); see 'systemctl status \(unit)'")
        }
        guard let status = try proc.status(of: pid), !status.isZombie else {
            return .none("process \(pid) of unit \(unit) has ended (\(state)); see 'systemctl status \(unit)'")
        }
        return .found([status], notes: [])
    }

    private func show(_ unit: String) async throws -> [String: String] {
        let child = ChildProcess(
            executable: systemctl,
            arguments: ["show", "--property=LoadState,ActiveState,SubState,Result,MainPID", "--", unit],
            environment: ["LC_ALL": "C", "PATH": "/usr/bin:/bin"], timeLimit: .seconds(10), grace: .seconds(1),
            outputLimit: 64 << 10, lineLimit: 100, errorLimit: 4_096)
        let facts = Mutex<[String: String]>([:])
        let report: ChildReport
        do throws(ChildStartError) {
            report = try await child.run { line in
                let parts = line.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
                    .map { String(decoding: $0, as: UTF8.self) }
                if parts.count == 2 { facts.withLock { $0[parts[0]] = parts[1] } }
            }
        } catch {
            throw TaskFailure(.unknown, "\(error); 'unit' needs systemd")
        }
        let found = facts.withLock { $0 }
        guard report.end == .exited(0), found["MainPID"] != nil else {
            throw TaskFailure(
                .unknown, "systemd does not tell of unit '\(unit)': \(Self.words(for: report))")
        }
        return found
    }

    private static func words(for report: ChildReport) -> String {
        let text = Excerpt.of(report.errorText)
        switch report.end {
        case .exited(0): return "'systemctl show' named no main process; is it a service?"
        case .exited(let status): return text.isEmpty ? "systemctl ended with status \(status)" : text
        case .signalled(let signal): return "systemctl was killed by signal \(signal)"
        case .timedOut: return "systemctl took too long"
        case .cancelled: return "it was stopped"
        case .flooded: return "systemctl wrote too much"
        }
    }
}
