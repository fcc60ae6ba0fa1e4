internal import Foundation
package import Maintenance

extension ReportFolder {
    /// The run that a report is compared with: of the same checklist, the newest that began before it and can be read.
    ///
    /// A dry run is compared with dry runs, any other with runs that did something. `report` need not be stored itself.
    ///
    /// - Throws: ``ReportError`` when `root` cannot be listed; a report that cannot be read is a problem.
    package func previous(to report: RunReport) throws(ReportError) -> ReportSearch<RunReport?> {
        let listing = try list()
        // Problems of other checklists are none of this report's.
        let own = listing.problems.filter { $0.name.hasPrefix(report.checklist + "-") }
        var search = ReportSearch<RunReport?>(found: nil, problems: own)
        for run in listing.runs where run != report.run && mayBe(run, of: report.checklist) {
            if let found = search.found, !mayBeNewer(run, than: found) { break }
            guard mayPrecede(run, report), let candidate = search.read(run, in: self) else { continue }
            guard candidate.checklist == report.checklist, candidate.dryRun == report.dryRun,
                candidate.startedAt < report.startedAt
            else { continue }
            if candidate.startedAt > search.found?.startedAt ?? .distantPast { search.found = candidate }
        }
        return search
    }

    /// The most that clocks are set back: names may be in the wrong order by this much, in seconds.
    private static let longestRepeat: TimeInterval = 3 * 3600

    /// Whether a run could have begun before the report, going by their names alone.
    private func mayPrecede(_ run: RunIdentifier, _ report: RunReport) -> Bool {
        guard let parts = StoredRun(run), let other = StoredRun(report.run) else { return true }
        return parts.wallTime <= other.wallTime + Self.longestRepeat
    }

    /// Whether a run with an earlier name could have begun later: only where clocks were set back soon after `found`.
    private func mayBeNewer(_ run: RunIdentifier, than found: RunReport) -> Bool {
        guard let parts = StoredRun(run), let other = StoredRun(found.run) else { return true }
        let zone = TimeZone(identifier: found.timezone) ?? .gmt
        let later = found.startedAt + Self.longestRepeat
        guard zone.secondsFromGMT(for: later) < zone.secondsFromGMT(for: found.startedAt) else { return false }
        return parts.wallTime > other.wallTime - Self.longestRepeat
    }
}
