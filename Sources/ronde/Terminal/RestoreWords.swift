import Foundation
import Maintenance
import Reports
import Restoring

/// Tells people of restores.
enum RestoreWords {
    static func doing(_ step: RestoreStep) -> String {
        switch step {
        case .staging: "unpacking the backup beside the database …"
        case .checking: "comparing it with what it was when it was made …"
        case .stopping: "stopping the service …"
        case .securing: "keeping the present database …"
        case .swapping: "putting the backup in its place …"
        case .comparing: "reading it once more …"
        case .starting: "starting the service …"
        case .probing: "asking the service how it is …"
        case .returning: "putting the old database back …"
        }
    }

    /// The plan, line by line.
    static func text(_ plan: RestorePlan, in timeZone: TimeZone, width: Int?) -> String {
        var text = ""
        func add(_ title: String, _ value: String) {
            let head = title.padding(toLength: 10, withPad: " ", startingAt: 0)
            text += WrappedText.block(PrintableText.of(value), first: head, width: width) + "\n"
        }
        add("Restore", source(plan.source, in: timeZone))
        add("over", target(plan.target))
        add("Service", control(plan.control))
        for opener in plan.openers { add("", "has it open now: \(opener)") }
        for room in plan.room { add("Room", "\(room)") }
        let losses = plan.losses
        add("Changes", isKnown(plan) ? changes(losses) : "not known: the present database cannot be read")
        for warning in plan.warnings { add("Mind", warning) }
        add("Plan", plan.id)
        return text
    }

    static func tell(_ result: RestoreResult, of site: BackupSite) {
        switch result.outcome {
        case .restored: Terminal.say("Restored (\(result.restore)).")
        case .returned: Terminal.say("The old database is in place again: \(result.reason ?? "no reason is known").")
        case .abandoned: Terminal.say("The restore \(result.restore) had been cut short before it replaced anything.")
        }
        for note in result.notes { Terminal.say("  \(note)") }
        if let set = result.safetyBackup { Terminal.say("What was there is also the set \(set).") }
        guard result.outcome == .restored else { return }
        Terminal.say("Put back what was there with: ronde backups undo")
    }

    private static func source(_ source: RestorePlan.Source, in timeZone: TimeZone) -> String {
        var parts = [source.name]
        if let instant = source.instant { parts.append("of \(InstantText.format(instant, in: timeZone))") }
        if let age = source.ageSeconds { parts.append("\(HumanText.duration(age)) old") }
        parts.append(HumanText.bytes(Double(source.bytes)))
        if let format = source.format { parts.append(format) }
        if let proven = source.verifiedAt {
            parts.append("verified at \(InstantText.format(proven, in: timeZone))")
        }
        return parts.joined(separator: ", ")
    }

    private static func target(_ target: RestorePlan.Target) -> String {
        let state =
            switch target.condition {
            case .readable: "\(HumanText.bytes(Double(target.bytes))), \(target.journalMode ?? "unknown") mode"
            case .damaged: "damaged: \(target.detail ?? "SQLite cannot read it")"
            case .missing: "not there"
            case .empty: "empty"
            case .unfinishedWrite: "with an unfinished write beside it"
            case .busy: "in use"
            }
        return "\(target.path) (\(state))"
    }

    private static func control(_ control: RestorePlan.Control) -> String {
        guard let stop = control.stop else { return "stop and start it yourself: no 'control' in ronde.yaml" }
        let state = control.isRunning.map { $0 ? ", running now" : ", not running now" } ?? ""
        return "stopped by '\(stop)', started by '\(control.start ?? "a person")'\(state)"
    }

    /// Whether the rows of the present database could be counted, or there are none.
    private static func isKnown(_ plan: RestorePlan) -> Bool {
        switch plan.target.condition {
        case .readable: plan.tables.isEmpty || plan.tables.contains { $0.rowsNow != nil }
        case .missing, .empty: true
        case .damaged, .unfinishedWrite, .busy: false
        }
    }

    private static func changes(_ losses: [RestorePlan.TableChange]) -> String {
        if losses.isEmpty { return "nothing that is there now gets lost" }
        return words(losses)
    }

    private static func words(_ losses: [RestorePlan.TableChange]) -> String {
        losses.map { change in
            let now = change.rowsNow.map { "\($0)" } ?? "?"
            guard let after = change.rowsAfter else { return "\(change.table): \(now) rows now, then not there" }
            return after == change.rowsNow
                ? "\(change.table): \(now) rows, other contents" : "\(change.table): \(now) rows now, then \(after)"
        }.joined(separator: "; ")
    }
}
