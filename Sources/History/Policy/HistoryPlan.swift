package import Foundation
package import Maintenance

/// Which runs stay: a pure ruling that remembers little, however many runs there are.
///
/// First all runs are surveyed, from the newest to the oldest; then each can be decided on, in any order. What goes by
/// number or room is always the older part, so that a few limits say it all. To decide, remove and plan again removes
/// nothing more.
package struct HistoryPlan: Sendable {
    package let rules: HistoryRules
    /// The clock by which age is measured.
    package let now: Date
    package let alwaysKept: AlwaysKept

    /// Younger runs stay: somebody may be looking at them.
    package static let youth: TimeInterval = 86_400

    /// By checklist, how many runs were surveyed.
    private var counts: [String: Int] = [:]
    /// By checklist, the newest run that is one too many.
    private var countLimits: [String: RunPosition] = [:]
    private var bytes: Int
    /// The newest run for which there is no room.
    private var bytesLimit: RunPosition?

    package init(rules: HistoryRules, now: Date, alwaysKept: AlwaysKept) {
        self.rules = rules
        self.now = now
        self.alwaysKept = alwaysKept
        bytes = alwaysKept.bytes
    }

    /// Takes a run into account; those that are newer were surveyed before.
    package mutating func survey(_ run: PastRun) {
        guard run.hasEnded else { return }
        counts[run.checklist, default: 0] += 1
        guard fixed(run) == nil else { return }
        if isYoung(run) { return bytes += run.bytes }
        guard !isTooOld(run) else { return }
        if counts[run.checklist, default: 0] > rules.runs {
            if countLimits[run.checklist] == nil { countLimits[run.checklist] = run.position }
            return
        }
        guard bytesLimit == nil else { return }
        let (sum, overflow) = bytes.addingReportingOverflow(run.bytes)
        if overflow || sum > rules.bytes { bytesLimit = run.position } else { bytes = sum }
    }

    /// What is to become of a run, once all were surveyed.
    package func decide(_ run: PastRun) -> HistoryDecision {
        if let reason = fixed(run) { return .keep(reason) }
        if isYoung(run) { return .keep(.young) }
        if isTooOld(run) { return .remove(.age) }
        if let limit = countLimits[run.checklist], run.position <= limit { return .remove(.count) }
        if let limit = bytesLimit, run.position <= limit { return .remove(.bytes) }
        return .keep(.withinLimits)
    }

    /// Why a run stays whatever the limits are.
    package func fixed(_ run: PastRun) -> KeepReason? {
        if !run.hasEnded { return .running }
        if let protection = run.protection { return .held(protection) }
        return alwaysKept.reasons[run.run]
    }

    package func isYoung(_ run: PastRun) -> Bool { run.startedAt > now - Self.youth }

    /// No run that began later goes.
    package var newestRemoval: Date {
        let limits = countLimits.values.map(\.startedAt) + [bytesLimit?.startedAt].compactMap(\.self)
        return min(max(limits.max() ?? .distantPast, cut(days: rules.days)), now - Self.youth)
    }

    private func isTooOld(_ run: PastRun) -> Bool {
        run.startedAt < cut(days: run.isFailure ? rules.failedDays : rules.days)
    }

    private func cut(days: Int) -> Date { now - TimeInterval(days) * 86_400 }
}
