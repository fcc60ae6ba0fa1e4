import DurableFiles
import Maintenance
import PluginKit
import SystemPackage

/// Tells people what was removed and what was left.
struct CleanupReport {
    /// How many files are left to the next run.
    var postponed = 0
    private let context: TaskContext
    private var count = 0
    private var bytes: Int64 = 0
    private var linked = 0
    private var folders = 0
    private var leftCount = 0
    private var future = 0
    private var warnings: [String] = []
    private var failures: [String] = []
    private var lines = 0

    /// The most lines in a report.
    private static let mostLines = 300

    init(_ context: TaskContext) { self.context = context }

    mutating func note(_ text: String) { say(.info, text) }

    mutating func warn(_ text: String) {
        warnings.append(text)
        say(.warning, text)
    }

    mutating func fail(_ error: FileError) {
        failures.append("\(error)")
        say(.error, "\(error)")
    }

    mutating func add(_ find: CleanupFind) {
        find.warnings.forEach { warn($0) }
        find.notes.forEach { note($0) }
    }

    mutating func add(_ choice: CleanupChoice, _ rule: CleanupRule) {
        if let stop = choice.stop { warn("'\(rule.folder)', '\(rule.pattern)': \(stop)") }
        guard choice.future > 0 else { return }
        future += choice.future
        warn(
            "'\(rule.folder)', '\(rule.pattern)': \(Self.count(choice.future, "file")) of the future, left: a clock is or"
                + " was wrong")
    }

    mutating func wouldRemove(_ path: FilePath, _ size: Int) {
        count += 1
        bytes += Int64(size)
        say(.info, "would remove '\(path)' (\(ByteSize(bytes: Int64(size))))")
    }

    mutating func removed(_ path: FilePath, _ facts: FileFacts) {
        count += 1
        // The bytes of a file stay as long as it has another name.
        if facts.linkCount > 1 { linked += 1 } else { bytes += Int64(facts.size) }
        say(.info, "removed '\(path)' (\(ByteSize(bytes: Int64(facts.size))))")
    }

    mutating func removedFolder(_ path: FilePath) {
        folders += 1
        say(.info, "removed the empty folder '\(path)'")
    }

    mutating func left(_ why: String) {
        leftCount += 1
        say(.info, "left: \(why)")
    }

    private mutating func say(_ level: LogLine.Level, _ text: String) {
        lines += 1
        if lines <= Self.mostLines { context.log(level, text) }
    }

    func conclude() -> TaskResult {
        if lines > Self.mostLines { context.log(.info, "and \(lines - Self.mostLines) more lines") }
        if !context.isDryRun {
            context.measure(TaskMeasurement("files_removed", Double(count), .count))
            context.measure(TaskMeasurement("folders_removed", Double(folders), .count))
            context.measure(TaskMeasurement("freed", Double(bytes), .bytes))
            context.measure(TaskMeasurement("files_left", Double(leftCount), .count))
        }
        var parts = [
            context.isDryRun
                ? "would remove \(Self.count(count, "file")), \(ByteSize(bytes: bytes))"
                : "\(Self.count(count, "file")) removed, \(ByteSize(bytes: bytes)) freed"
        ]
        if folders > 0 { parts.append("\(Self.count(folders, "empty folder")) removed") }
        if linked > 0 { parts.append("\(linked) had other names, which keep their bytes") }
        if leftCount > 0 { parts.append("\(leftCount) in use or changed meanwhile, left") }
        if postponed > 0 { parts.append("\(postponed) more than 'at_most' allows, for the next run") }
        parts += failures.prefix(1) + warnings.prefix(1)
        let outcome: Outcome = !failures.isEmpty ? .critical : warnings.isEmpty ? .ok : .warning
        return TaskResult(outcome, parts.joined(separator: "; "))
    }

    private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
}
