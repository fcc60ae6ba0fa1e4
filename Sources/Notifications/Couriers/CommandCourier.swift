import Foundation
import Glibc
import Maintenance
import Processes
import Reports
import SystemPackage

extension Couriers {
    /// Gives a notice to a program: as JSON on its standard input, and in short in its environment.
    func send(_ notice: Notice, _ program: [String], limit: Duration) async -> DeliveryResult {
        guard let first = program.first, let executable = executable(first) else {
            return .failed(reason: "there is no program '\(program.first ?? "")'", isTemporary: false)
        }
        do {
            let input = try WebhookBody.json(notice, timeZone: timeZone()) + [0x0A]
            let child = ChildProcess(
                executable: executable, arguments: Array(program.dropFirst()), environment: variables(notice),
                input: input, timeLimit: limit, grace: .seconds(2), errorLimit: 4096)
            let nowhere = try FileDescriptor.open("/dev/null", .writeOnly, options: .closeOnExec)
            defer {
                // Nothing was kept in it.
                try? nowhere.close()
            }
            return Self.result(try await child.run(into: nowhere), first, limit)
        } catch {
            return .failed(reason: PrintableText.of("\(error)", limit: 300), isTemporary: true)
        }
    }

    private static func result(_ report: ChildReport, _ program: String, _ limit: Duration) -> DeliveryResult {
        let line = report.errorText.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? ""
        let said = line.isEmpty ? "" : ": \(PrintableText.of(line, limit: 200))"
        switch report.end {
        case .exited(0): return .delivered(answer: "'\(program)' exited 0\(said)")
        case .exited(let status): return .failed(reason: "'\(program)' exited \(status)\(said)", isTemporary: true)
        case .signalled(let signal):
            return .failed(reason: "'\(program)' was ended by signal \(signal)\(said)", isTemporary: true)
        case .timedOut:
            return .failed(reason: "'\(program)' took longer than \(TimeSpan(limit))\(said)", isTemporary: true)
        case .cancelled, .flooded: return .failed(reason: "'\(program)' was stopped\(said)", isTemporary: true)
        }
    }

    private static let usualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    private func executable(_ name: String) -> FilePath? {
        guard !name.contains("/") else { return FilePath(name) }
        let folders = (environment["PATH"] ?? Self.usualPath).split(separator: ":")
        return folders.lazy.map { FilePath(String($0)).appending(name) }.first { access($0.string, X_OK) == 0 }
    }

    private func variables(_ notice: Notice) -> [String: String] {
        var variables = ["PATH": environment["PATH"] ?? Self.usualPath, "LANG": "C.UTF-8"]
        for name in ["HOME", "TZ", "TMPDIR", "USER", "LOGNAME"] { variables[name] = environment[name] }
        variables["RONDE_KIND"] = notice.kind.rawValue
        variables["RONDE_OUTCOME"] = notice.outcome.rawValue
        variables["RONDE_SUBJECT"] = PrintableText.of(notice.subject)
        return variables
    }
}
