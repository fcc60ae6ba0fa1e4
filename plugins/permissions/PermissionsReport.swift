import DurableFiles
import Maintenance
import PluginKit
import SystemPackage

/// Tells people what differs and what was done about it.
struct PermissionsReport {
    let mends: Bool
    let context: TaskContext
    private var different = 0
    private var mendedCount = 0
    private var openToAll = 0
    private var warnings = 0
    private var problems: [String] = []
    private var first: String?
    private var lines = 0

    /// The most lines in a report.
    private static let mostLines = 300

    init(mends: Bool, context: TaskContext) { (self.mends, self.context) = (mends, context) }

    mutating func add(_ targets: PermissionTargets) {
        targets.problems.forEach { problem($0) }
        for warning in targets.warnings {
            warnings += 1
            say(.warning, warning)
        }
    }

    mutating func add(openFolders folders: [FilePath]) {
        for folder in folders {
            openToAll += 1
            say(
                .error,
                "'\(folder)' lies above and may be written to by everybody, who can replace what is in it: chmod o-w, or"
                    + " chmod +t")
        }
    }

    mutating func problem(_ text: String) {
        problems.append(text)
        say(.error, text)
    }

    /// Something is not as it should be, and stays so for now.
    mutating func differs(_ target: PermissionTargets.Target, strangeNames: Int) {
        count(target)
        let linked = strangeNames > 0 ? "; it has \(strangeNames) more names elsewhere" : ""
        let would = mends ? (strangeNames > 0 ? "would not change" : "would change") : "differs:"
        say(mends ? .info : .warning, "\(would) '\(target.path)': \(target.difference.description)\(linked)")
    }

    mutating func mended(_ target: PermissionTargets.Target) {
        mendedCount += 1
        say(.info, "changed '\(target.path)': \(target.difference.description)")
    }

    mutating func refused(_ target: PermissionTargets.Target, _ why: String) {
        count(target)
        problem(why)
    }

    private mutating func count(_ target: PermissionTargets.Target) {
        different += 1
        first = first ?? "'\(target.path)' \(target.difference.description)"
        // Everybody may change it: that is worse than a bit too much.
        if target.facts.permissions.contains(.otherWrite), !target.difference.wantedMode.contains(.otherWrite) {
            openToAll += 1
        }
    }

    private mutating func say(_ level: LogLine.Level, _ text: String) {
        lines += 1
        if lines <= Self.mostLines { context.log(level, text) }
    }

    func conclude(looked: Int) -> TaskResult {
        if lines > Self.mostLines { context.log(.warning, "and \(lines - Self.mostLines) more lines") }
        context.measure(TaskMeasurement("paths", Double(looked), .count))
        context.measure(TaskMeasurement("different", Double(different), .count, warning: mends ? nil : .above(0)))
        context.measure(TaskMeasurement("mended", Double(mendedCount), .count))
        context.measure(TaskMeasurement("writable_by_all", Double(openToAll), .count, critical: .above(0)))
        var parts: [String] = []
        if mendedCount > 0 { parts.append("\(mendedCount) changed") }
        if let first {
            let verb = mends && context.isDryRun ? "would be changed" : "differ" + (different == 1 ? "s" : "")
            parts.append("\(different) of \(looked) \(verb): \(first)\(different > 1 ? " and others" : "")")
        }
        if openToAll > 0 { parts.append("\(openToAll) may be written to by everybody") }
        if let problem = problems.first { parts.append(problem) }
        if warnings > 0 { parts.append("\(warnings) to look at") }
        if parts.isEmpty { parts.append("\(looked) files and folders are as they should be") }
        if different > 0, !mends { parts.append("change them, or set 'mend: true'") }
        return TaskResult(outcome, parts.joined(separator: "; "))
    }

    private var outcome: Outcome {
        if !problems.isEmpty { return .critical }
        // What a run that mends would find mended is no news in its rehearsal.
        if mends, context.isDryRun { return openToAll > 0 || warnings > 0 ? .warning : .ok }
        if openToAll > 0 { return .critical }
        return different > 0 || warnings > 0 ? .warning : .ok
    }
}
