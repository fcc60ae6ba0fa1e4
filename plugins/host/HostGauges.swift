import DurableFiles
import HostTasks
import Maintenance
import PluginKit
import ProcFS

/// Load, memory, swap, and processes that wait for a device.
struct HostGauges {
    let limits: HostConfiguration
    let sources: HostSources

    /// The load of one processor, over 1, 5 and 15 minutes.
    ///
    /// A maintenance task makes load itself: the last minute is measured and not judged.
    func load(into report: inout HostReport) throws(FileError) {
        guard let load = try sources.proc.load() else { return report.log(.info, "the kernel tells no load") }
        func each(_ total: Double) -> Double { (total / Double(sources.processors) * 100).rounded() / 100 }
        func words(_ minutes: Int, _ total: Double) -> String {
            "the load of the last \(minutes) minutes was \(Words.number(total, 2)), \(Words.number(each(total), 2)) for "
                + "each processor; see what runs with 'top'"
        }
        report.measurements.append(TaskMeasurement("load.1m", each(load.oneMinute), .count))
        report.add(
            TaskMeasurement("load.5m", each(load.fiveMinutes), .count, warning: .above(limits.loadWarning)),
            words(5, load.fiveMinutes))
        report.add(
            TaskMeasurement("load.15m", each(load.fifteenMinutes), .count, critical: .above(limits.loadCritical)),
            words(15, load.fifteenMinutes))
        report.log(
            .info,
            "load \(Words.number(load.oneMinute, 2)), \(Words.number(load.fiveMinutes, 2)), "
                + "\(Words.number(load.fifteenMinutes, 2)) on \(Words.count(sources.processors, "processor"))")
        report.highlights.append("load \(Words.number(each(load.fiveMinutes), 2)) per processor")
    }

    /// Memory that is available, by the tightest of the machine and the control groups that this runs in, and swap.
    func memory(into report: inout HostReport) throws(FileError) {
        guard let machine = try sources.proc.memory() else {
            return report.log(.info, "the kernel tells no available memory")
        }
        var (total, available, place) = (machine.total, machine.available, "")
        let group: MemoryLimit?
        do throws(FileError) {
            group = try sources.proc.memoryLimit(groups: sources.groups)
        } catch {
            report.log(.info, "the limits of control groups are not known: \(error)")
            group = nil
        }
        if let group, group.limit < machine.total, group.available < machine.available {
            (total, available, place) = (group.limit, group.available, " of its control group")
        }
        let share = total == 0 ? 0 : available * 100 / total
        let words = "\(ByteSize(about: available)) of \(ByteSize(about: total)) memory\(place) available"
        report.measurements.append(TaskMeasurement("memory.available", available, .bytes))
        report.add(
            TaskMeasurement(
                "memory.available_share", (share * 100).rounded() / 100, .percent,
                warning: .below(limits.memoryWarning.percent), critical: .below(limits.memoryCritical.percent)),
            "only \(words) (\(Words.percent(share))); see what takes it with 'ps aux --sort -rss'")
        report.log(.info, words)
        report.highlights.append(words)
        swap(machine, into: &report)
    }

    private func swap(_ memory: MemoryFacts, into report: inout HostReport) {
        guard memory.swapTotal > 0 else { return report.log(.info, "there is no swap space") }
        let used = max(memory.swapTotal - memory.swapFree, 0)
        let share = used * 100 / memory.swapTotal
        let words = "\(ByteSize(about: used)) of \(ByteSize(about: memory.swapTotal)) swap used"
        report.add(
            TaskMeasurement(
                "swap.used", (share * 100).rounded() / 100, .percent, warning: .above(limits.swapWarning.percent),
                critical: .above(limits.swapCritical.percent)),
            "\(words) (\(Words.percent(share))); the machine needs more memory or fewer programs")
        report.log(.info, words)
    }

    /// Processes that waited for a device in both of two looks: one that is merely busy with a disk seldom does.
    func stuckProcesses(into report: inout HostReport) async throws {
        func waiting() throws -> Set<WaitingProcess> {
            Set(try sources.proc.table().statuses.values.filter { $0.state == "D" }.map(WaitingProcess.init))
        }
        var stuck = try waiting()
        if !stuck.isEmpty {
            try await Task.sleep(for: sources.pause)
            stuck.formIntersection(try waiting())
        }
        let sorted = stuck.sorted { $0.pid < $1.pid }
        let names = sorted.prefix(5).map { "\($0.name) (\($0.pid))" } + (sorted.count > 5 ? ["…"] : [])
        let words = "\(Words.count(sorted.count, "process waits", "processes wait")) for a device"
        report.add(
            TaskMeasurement(
                "stuck_processes", Double(sorted.count), .count, warning: .above(Double(limits.stuckWarning))),
            "\(words): \(names.joined(separator: ", ")); see whether a disk or a network mount has gone")
        if !sorted.isEmpty { report.log(.info, "\(words): \(names.joined(separator: ", "))") }
    }
}

/// A process and not only its number, which another may have got meanwhile.
private struct WaitingProcess: Hashable {
    let pid: Int32
    let startTicks: UInt64
    let name: String

    init(_ status: ProcessStatus) {
        (pid, startTicks) = (status.pid, status.startTicks)
        name = Excerpt.of(status.name, limit: 40)
    }
}
