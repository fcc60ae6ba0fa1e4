package import Foundation
import Maintenance

/// A set with everything that is known of it; what lists, retention, drills and restores work on.
package struct KnownSet: Hashable, Sendable {
    package let `set`: BackupSet
    /// Shared by all copies, and nil for most: lists of 100,000 sets are sorted and handed on.
    private let marks: Marks?

    private final class Marks: Sendable {
        let pin: FolderRecord.Pin?
        let drill: FolderRecord.Proof?
        let acceptance: FolderRecord.Acceptance?

        init(_ pin: FolderRecord.Pin?, _ drill: FolderRecord.Proof?, _ acceptance: FolderRecord.Acceptance?) {
            self.pin = pin
            self.drill = drill
            self.acceptance = acceptance
        }
    }

    package init(
        set: BackupSet, pin: FolderRecord.Pin? = nil, drill: FolderRecord.Proof? = nil,
        acceptance: FolderRecord.Acceptance? = nil
    ) {
        self.set = set
        marks = pin == nil && drill == nil && acceptance == nil ? nil : Marks(pin, drill, acceptance)
    }

    package var pin: FolderRecord.Pin? { marks?.pin }
    /// The last drill.
    package var drill: FolderRecord.Proof? { marks?.drill }
    /// That a person accepted what was suspicious about it.
    package var acceptance: FolderRecord.Acceptance? { marks?.acceptance }

    package static func == (left: Self, right: Self) -> Bool {
        left.set == right.set && left.pin == right.pin && left.drill == right.drill
            && left.acceptance == right.acceptance
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(self.set) }

    package var instant: Date { self.set.instant }

    /// Whether it is pinned, and the pin has not expired.
    package func isPinned(at now: Date) -> Bool { pin?.protects(at: now) ?? false }

    /// When it was last proven: as it was made or adopted, or by a successful drill since.
    package var provenAt: Date {
        guard let drill, drill.outcome == .ok else { return self.set.summary.verifiedAt }
        return max(drill.at, self.set.summary.verifiedAt)
    }

    /// Whether it counts as a backup; else ``whyNot`` says what is wrong.
    package var counts: Bool { !hasFailedDrill && !hasOpenAnomaly && !self.set.isKeptForRestore }

    /// Why it does not count, as words that fit after its name; nil if it counts.
    package var whyNot: String? {
        if let drill, hasFailedDrill {
            return "its last drill, of \(InstantText.format(drill.at, in: .gmt)), failed"
                + (drill.detail.map { ": \($0)" } ?? "")
        }
        if let reason = self.set.summary.keptFor { return "\(reason); it is restored only by its name" }
        guard hasOpenAnomaly else { return nil }
        let found = self.set.summary.anomalies.map { "\($0.what): \($0.before) before, \($0.after) now" }
        return "\(found.joined(separator: "; ")); nobody has accepted that"
    }

    /// Whether something about it is suspicious that nobody has accepted.
    package var hasOpenAnomaly: Bool { self.set.hasAnomalies && acceptance == nil }

    private var hasFailedDrill: Bool { drill?.outcome == .failed }
}
