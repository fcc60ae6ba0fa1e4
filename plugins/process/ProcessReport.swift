import HostTasks
import Maintenance
import PluginKit
import ProcFS

/// Turns what was measured into measurements, findings and words.
struct ProcessReport {
    let title: String
    let limits: ProcessLimits
    var findings = Findings()
    private var measurements: [TaskMeasurement] = []
    private var lines: [LogLine] = []
    private var highlights: [String] = []

    init(title: String, limits: ProcessLimits) { (self.title, self.limits) = (title, limits) }

    mutating func add(_ use: ProcessUse) {
        measure(TaskMeasurement("processes", Double(use.processes), .count, critical: .below(1)))
        measure(TaskMeasurement("threads", Double(use.threads), .count))
        let cpu = Words.percent(use.cpu)
        measure(
            TaskMeasurement(
                "cpu", (use.cpu * 10).rounded() / 10, .percent, warning: .above(limits.cpuWarning.percent),
                critical: limits.cpuCritical.map { .above($0.percent) }),
            "\(title) uses \(cpu) of a processor, more than \(limits.cpuWarning); see what it does")
        let memory = ByteSize(about: use.memory)
        measure(
            TaskMeasurement(
                "memory", use.memory, .bytes, warning: .above(Double(limits.memoryWarning.bytes)),
                critical: limits.memoryCritical.map { .above(Double($0.bytes)) }),
            "\(title) has \(memory) of memory, more than \(limits.memoryWarning); restart it if that goes on growing")
        measure(TaskMeasurement("memory_resident", use.resident, .bytes))
        let count = use.processes == 1 ? "" : " in \(use.processes) processes"
        highlights += ["\(cpu) of a processor", "\(memory)\(count)"]
        let way = use.proportional == nil ? "shared pages counted in each process" : "shared pages counted in shares"
        lines.append(
            LogLine(
                .info,
                "\(title): \(Words.count(use.processes, "process", "processes")), \(Words.count(use.threads, "thread")), "
                    + "\(cpu) of a processor, \(memory) (\(way); \(ByteSize(about: use.resident)) resident)"))
        addFiles(use)
        if !use.refused.isEmpty {
            let names = use.refused.sorted().joined(separator: " and ")
            lines.append(LogLine(.info, "not told to this user: \(names) of processes of other users"))
        }
    }

    private mutating func addFiles(_ use: ProcessUse) {
        guard let (pid, name, files) = use.fullest else { return }
        measure(TaskMeasurement("open_files", Double(files.count), .count))
        guard let limit = files.limit else {
            return lines.append(LogLine(.info, "\(files.count) files open, without limit"))
        }
        let words = "\(files.count) of \(limit) files"
        measure(
            TaskMeasurement(
                "open_files_share", (files.share * 10).rounded() / 10, .percent,
                warning: .above(limits.filesWarning.percent), critical: .above(limits.filesCritical.percent)),
            "\(name) (\(pid)) has \(words) open that it may; raise its limit (LimitNOFILE), or see what it does not close"
        )
        lines.append(LogLine(.info, "\(name) (\(pid)) has \(words) open that it may"))
    }

    /// Adds what the state of the processes at the top says: one that is stopped answers nobody.
    mutating func addState(of roots: [ProcessStatus]) {
        for root in roots where root.state == "T" || root.state == "t" {
            findings.add(
                .critical,
                "\(Excerpt.of(root.name, limit: 40)) (\(root.pid)) is stopped, by a signal or a debugger; let it go on with "
                    + "'kill -CONT \(root.pid)'")
        }
    }

    /// Adds how long it has been running, in seconds, and whether it is another process than at the last run.
    mutating func add(age: Double?, isAnother: Bool, restarts: Int) {
        if let age { measure(TaskMeasurement("age", age.rounded(), .seconds)) }
        measure(
            TaskMeasurement(
                "restarts_day", Double(restarts), .count, warning: .above(Double(limits.restartsWarning))),
            "\(title) was another process than before \(restarts) times within a day; see its log for why it ends")
        let up = age.map { "up \(Words.span($0))" }
        highlights += [isAnother ? "restarted since the last run" : nil, up].compactMap { $0 }
        if isAnother {
            lines.append(LogLine(.info, "it is another process than at the last run" + (up.map { ", \($0)" } ?? "")))
        }
    }

    /// Adds a number, and the words as a finding where its ranges say so.
    private mutating func measure(_ measurement: TaskMeasurement, _ words: String = "") {
        measurements.append(measurement)
        findings.judge(measurement, words)
    }

    func conclude(in context: TaskContext) -> TaskResult {
        measurements.forEach(context.measure)
        for line in lines { context.log(line.level, line.message) }
        return findings.result(in: context, otherwise: "\(title): \(highlights.joined(separator: ", "))")
    }
}
