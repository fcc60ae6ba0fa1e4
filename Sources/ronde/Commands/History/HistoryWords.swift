import Foundation
import Glibc
import History
import Maintenance
import Reports
import RunStore

/// The status of history, for people.
struct HistoryWords {
    private let status: HistoryStatus
    private let rules: HistoryRules
    private let zone: TimeZone

    init(_ status: HistoryStatus, _ rules: HistoryRules, _ zone: TimeZone) {
        self.status = status
        self.rules = rules
        self.zone = zone
    }

    static func bytes(_ count: Int) -> String { HumanText.bytes(Double(count)) }

    static func count(_ number: Int, _ what: String) -> String {
        "\(HumanText.number(Double(number))) \(what)\(number == 1 ? "" : "s")"
    }

    func show() {
        let totals = status.totals
        if !totals.checklists.isEmpty { table() }
        Terminal.say(
            "Reports: \(Self.bytes(totals.bytes)) of \(Self.bytes(rules.bytes)),"
                + " \(Self.count(rules.days, "day")) (\(rules.failedDays) for those that failed), at most"
                + " \(Self.count(rules.runs, "run")) of each checklist.")
        let old = totals.oldestFiring.map { ", from \(day($0)) on" } ?? ""
        let removed = HumanText.number(Double(totals.removedFirings))
        let gone = totals.removedFirings > 0 ? "; \(removed) older are only counted" : ""
        let kept = "kept for \(Self.count(rules.ledgerDays, "day"))"
        Terminal.say("Ledger: \(Self.count(totals.firings, "firing"))\(old), \(kept)\(gone).")
        Terminal.say(
            "State database: \(Self.bytes(status.room.usedBytes)) of \(Self.bytes(rules.stateBytes)),"
                + " and \(Self.bytes(status.room.freeBytes)) free in its file.")
        if let applied = status.applied {
            Terminal.say("The rules were last applied at \(InstantText.format(applied, in: zone)).")
        } else {
            Terminal.say("The rules were not applied yet; 'ronde daemon' does it every day, 'ronde history prune' now.")
        }
        if !status.isComplete {
            Terminal.say("Another process is taking stock of the report folders: not all of them are counted yet.")
        }
        showRemovals()
    }

    /// What the rules would remove, and how far the clock is trusted.
    func showRemovals() {
        if status.clock.lag > 86_400 {
            Terminal.say(
                WrappedText.block(
                    "Age is measured as if it were \(day(status.clock.now)): for a long time nothing was done, and the"
                        + " clock may have jumped. It catches up within weeks; if the clock is right, 'ronde history"
                        + " prune --confirm-clock' says so.", width: Terminal.width(STDERR_FILENO)))
        }
        let reasons = RemovalReason.allCases.compactMap { reason in
            status.removals[reason].map { "\(HumanText.number(Double($0))) for \(words(reason))" }
        }
        if status.removedRuns + status.removedFirings + status.excessBytes == 0 {
            return Terminal.say("There is nothing to remove.")
        }
        if !reasons.isEmpty {
            Terminal.say(
                "To be removed: \(Self.count(status.removedRuns, "run")) with \(Self.bytes(status.removedBytes)) of"
                    + " reports (\(reasons.joined(separator: ", "))).")
        }
        if status.removedFirings > 0 {
            let rows = Self.count(status.removedFirings, "row")
            Terminal.say("To be removed: about \(rows) of the ledger for their age.")
        }
        if status.excessBytes > 0 {
            Terminal.say(
                "The state database is \(Self.bytes(status.excessBytes)) too large: its oldest rows go too, and their"
                    + " reports.")
        }
    }

    private func table() {
        var table = TextTable(columns: [
            .init("Checklist", minimum: 8), .init("Runs", .right), .init("Reports", .right), .init("Removed", .right),
            .init("Up to"),
        ])
        for total in status.totals.checklists {
            table.add([
                total.checklist, HumanText.number(Double(total.runs)), Self.bytes(total.bytes),
                HumanText.number(Double(total.expiredRuns)), total.expiredUntil.map(day) ?? "",
            ])
        }
        Terminal.write(table.text(width: Terminal.width()), to: STDOUT_FILENO)
    }

    private func day(_ instant: Date) -> String { String(InstantText.format(instant, in: zone).prefix(10)) }

    private func words(_ reason: RemovalReason) -> String {
        switch reason {
        case .age: "their age"
        case .count: "their number"
        case .bytes: "the room they take"
        case .state: "the size of the state database"
        }
    }
}
