import Maintenance
import PluginKit
import SystemPackage

/// What a run found, and how it is told.
struct LogsReport {
    struct Tail {
        let path: FilePath
        let lines: [String]
    }

    var tally: LogTally
    var tails: [Tail] = []
    private var bytes = 0
    private var unread = 0
    private var notes: [String] = []
    private var warnings: [String] = []
    private var failures: [String] = []
    private var rotatedCount = 0

    /// The most lines of one kind in a report.
    private static let mostNotes = 100
    /// The most lines of all tails together: a report has at most a thousand entries.
    private static let mostTailLines = 500

    init(_ tally: LogTally) { self.tally = tally }

    mutating func note(_ text: String) { notes.append(text) }
    mutating func warn(_ text: String) { warnings.append(text) }
    mutating func fail(_ text: String) { failures.append(text) }

    mutating func rotated(_ text: String) {
        rotatedCount += 1
        notes.append(text)
    }

    mutating func add(_ read: LogReading.Report, _ plan: LogPlan) {
        bytes += read.bytes
        unread += read.unread
        if read.unread > 0 {
            warn(
                "'\(plan.path)': \(ByteSize(bytes: Int64(read.unread))) were passed over, as more was written than"
                    + " 'limit' allows; the newest lines were read")
        }
        read.faults.forEach { warn($0) }
        plan.notes.forEach { note($0) }
        if let loss = plan.loss { warn(loss) }
    }

    /// Tells all of it.
    func conclude(files: Int, limit: ByteSize, _ context: TaskContext) -> TaskResult {
        tell(context)
        measure(context)
        let found = tally.entries.filter { $0.rule.outcome(of: $0.count) != .ok }
        let outcomes =
            found.map { $0.rule.outcome(of: $0.count) } + (warnings.isEmpty ? [] : [.warning])
            + (failures.isEmpty ? [] : [.critical])
        return TaskResult(outcomes.worst, summary(found, files))
    }

    private func summary(_ found: [LogTally.Entry], _ files: Int) -> String {
        var text = "\(Self.count(tally.lines, "new line")) in \(Self.count(files, "file"))"
        let counted = tally.entries.filter { $0.count > 0 }.map { entry in
            let limit =
                entry.rule.consequence == .info || entry.rule.atMost == 0 ? "" : " (\(entry.rule.atMost) allowed)"
            return "\(entry.count) \(entry.rule.name)\(limit)"
        }
        text += counted.isEmpty ? ", none that fits a pattern" : ": " + counted.joined(separator: ", ")
        if let worst = found.max(by: { $0.rule.outcome(of: $0.count).severity < $1.rule.outcome(of: $1.count).severity }
        ),
            let sample = worst.samples.last
        {
            text += "; look at '\(sample.file)': \(sample.text.prefix(200))"
        }
        if rotatedCount > 0 { text += "; \(rotatedCount) rotated" }
        if let failure = failures.first { text += "; \(failure)" }
        if let warning = warnings.first { text += "; \(warning)" }
        return text
    }

    private func tell(_ context: TaskContext) {
        for (list, level) in [(failures, LogLine.Level.error), (warnings, .warning), (notes, .info)] {
            for text in list.prefix(Self.mostNotes) { context.log(level, text) }
            if list.count > Self.mostNotes { context.log(level, "and \(list.count - Self.mostNotes) more") }
        }
        if tally.cutLines > 0 {
            let longest = ByteSize(bytes: Int64(LineCutter.longest))
            context.log(.info, "\(Self.count(tally.cutLines, "line")) longer than \(longest) were cut for the patterns")
        }
        for entry in tally.entries { tell(entry, context) }
        let share = Self.mostTailLines / max(tails.count, 1)
        for tail in tails where !tail.lines.isEmpty && share > 0 {
            let lines = tail.lines.suffix(share)
            context.log(.info, "the last \(Self.count(lines.count, "line")) of \(tail.path):")
            for line in lines { context.log(.info, "| \(line)") }
        }
    }

    private func tell(_ entry: LogTally.Entry, _ context: TaskContext) {
        let level: LogLine.Level =
            switch entry.rule.outcome(of: entry.count) {
            case .critical: .error
            case .warning: .warning
            default: .info
            }
        for (index, sample) in entry.samples.enumerated() {
            if index == (entry.samples.count + 1) / 2, entry.hidden > 0 {
                context.log(level, "\(entry.rule.name): … and \(entry.hidden) more …")
            }
            context.log(level, "\(entry.rule.name): \(sample.file): \(sample.text)")
        }
    }

    private func measure(_ context: TaskContext) {
        context.measure(TaskMeasurement("lines", Double(tally.lines), .count))
        context.measure(TaskMeasurement("read", Double(bytes), .bytes))
        context.measure(TaskMeasurement("unread", Double(unread), .bytes, warning: .above(0)))
        for entry in tally.entries {
            let range = MeasurementRange.above(Double(entry.rule.atMost))
            context.measure(
                TaskMeasurement(
                    "\(entry.rule.name).lines", Double(entry.count), .count,
                    warning: entry.rule.consequence == .warning ? range : nil,
                    critical: entry.rule.consequence == .critical ? range : nil))
        }
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
