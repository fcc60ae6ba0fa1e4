import DurableFiles
import Foundation
import HostTasks
import Maintenance
import PluginKit
import ProcFS
import SystemPackage

/// Whether the machine was started again since the last run, and whether it should be.
struct RebootWatch {
    let limits: HostConfiguration
    let sources: HostSources

    private static let fileName = "boot.txt"

    /// Compares the kernel's name for this start of the machine with the one that the last run kept.
    ///
    /// - Parameters:
    ///   - folder: of the task.
    ///   - keepsState: whether to keep the name for the next run.
    ///   - report: gets what is found.
    /// - Throws: `FileError` where the kernel may not be asked.
    func reboots(since folder: FilePath, keepsState: Bool, into report: inout HostReport) throws(FileError) {
        let uptime = try sources.proc.uptime()
        if let uptime {
            report.measurements.append(TaskMeasurement("uptime", uptime.rounded(), .seconds))
            report.highlights.append("up \(Words.span(uptime))")
        }
        guard let current = try sources.proc.bootID() else { return }
        let file = folder.appending(Self.fileName)
        // No earlier run, or one whose note is lost: then nothing is said.
        let earlier = (try? DurableFile.read(file, limit: 1_024)).map { String(decoding: $0, as: UTF8.self) }
        if let earlier, !earlier.isEmpty, earlier != current {
            let words =
                "the machine was started again " + (uptime.map { "\(Words.span($0)) ago" } ?? "since the last run")
            report.log(.info, words)
            report.highlights.append("started again since the last run")
            report.findings.add(
                limits.afterReboot, "\(words); if nobody meant it to, see 'journalctl -b -1 -e' for why")
        }
        guard keepsState, earlier != current else { return }
        do throws(FileError) {
            try DurableFile.write(Array(current.utf8), to: file, permissions: .ownerReadWrite)
        } catch {
            report.log(.warning, "the next run will not know of a reboot: \(error)")
        }
    }

    /// What Debian's packages, and those of its relatives, write when an update needs a start of the machine.
    func pendingReboot(into report: inout HostReport) {
        let mark = sources.rebootRequired
        // A mark that cannot be looked at is as good as none.
        guard let facts = try? FileFacts.of(mark, followingLinks: true) else { return }
        let age = max(sources.now().timeIntervalSince(facts.modified), 0)
        report.measurements.append(TaskMeasurement("reboot_pending", age.rounded(), .seconds))
        let text = (try? DurableFile.read(FilePath("\(mark).pkgs"), limit: 64 << 10)) ?? []
        let names = Set(String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace)).sorted()
        let packages = names.prefix(3).map { Excerpt.of(String($0), limit: 60) } + (names.count > 3 ? ["…"] : [])
        let of = packages.isEmpty ? "" : " of \(packages.joined(separator: ", "))"
        let words = "an update\(of) has been waiting \(Words.span(age)) for a reboot"
        report.log(.info, words)
        report.findings.add(limits.pendingReboot, "\(words); choose an hour for it")
    }
}
