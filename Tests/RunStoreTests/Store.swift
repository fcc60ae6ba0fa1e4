import DurableFiles
import Foundation
import Maintenance
import RunStore
import SystemPackage

/// A folder for one store, removed at the end.
final class StoreFolder: Sendable {
    let root = FilePath(NSTemporaryDirectory()).appending("ronde-store-\(UUID().uuidString)")
    var path: FilePath { root.appending("state/runs.db") }

    func open() throws -> RunStore { try RunStore(at: path) }

    deinit {
        // What a failing test leaves behind is in the temporary folder.
        try? Folder.removeTree(root)
    }
}

let noon = Date(timeIntervalSince1970: 1_800_000_000)

func report(_ checklist: String = "daily", trigger: RunTrigger = .schedule, nominal: Date? = noon) throws -> RunReport {
    RunReport(
        run: try unwrap(RunIdentifier(rawValue: "wish")), checklist: checklist, title: "Daily", service: "api",
        outcome: .unknown, trigger: trigger, nominalTime: nominal, startedAt: noon, endedAt: noon, timezone: "GMT",
        host: "h", dryRun: false, interruption: nil, tasks: [])
}

struct Missing: Error {}

func unwrap<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing() }
    return value
}

func claim(_ seconds: Double, _ checklist: String = "daily", state: FiringState = .running) -> FiringRecord {
    FiringRecord(
        checklist: checklist, nominalTime: noon.addingTimeInterval(seconds), state: state, reason: nil, run: nil)
}

extension RunStore {
    /// Enters rows as a scheduler does whose firings are all due.
    func enter(_ rows: [FiringRecord], by claimer: String = "a") throws -> [FiringRecord] {
        let schedule = WatchedSchedule(checklist: rows.first?.checklist ?? "", rule: "x")
        let last = rows.map(\.nominalTime).max() ?? noon
        let changes = try enterDue([schedule], now: max(noon, last), by: claimer) { _, _ in
            LedgerEntry(rows, enteredUntil: last)
        }
        return try unwrap(changes).entered
    }
}
