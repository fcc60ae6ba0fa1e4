internal import DurableFiles
package import Foundation
package import Maintenance
internal import SystemPackage

extension ReportFolder {
    /// The room that the report of a run takes on a disk, in bytes; nil where there is none.
    ///
    /// Each file, and the folder itself, takes whole blocks of 4 KiB.
    ///
    /// - Throws: ``ReportError/file(_:)``.
    package func bytes(of run: RunIdentifier) throws(ReportError) -> Int? {
        do throws(FileError) {
            var total = Self.block
            for name in Self.ownFiles {
                let facts = try FileFacts.of(path(of: run).appending(name), followingLinks: false)
                if facts == nil, name == "report.json" { return nil }
                total += ((facts?.size ?? 0) + Self.block - 1) / Self.block * Self.block
            }
            return total
        } catch {
            // A name that is no folder has no report.
            if error.errno == .notDirectory { return nil }
            throw .file(error)
        }
    }

    private static let block = 4096

    /// Whether there is a report of this run.
    ///
    /// - Throws: ``ReportError/file(_:)``.
    package func has(_ run: RunIdentifier) throws(ReportError) -> Bool { try bytes(of: run) != nil }

    /// Of some runs the first whose report can be compared with another: of the same checklist, and begun before it.
    ///
    /// A dry run is compared with dry runs, any other with runs that did something.
    ///
    /// - Parameters:
    ///   - candidates: the newest first.
    ///   - report: what is to be compared; it need not be stored.
    /// - Returns: the report; one that cannot be read is a problem, and passed over.
    package func first(
        of candidates: some Sequence<RunIdentifier>, toCompareWith report: RunReport
    ) -> ReportSearch<RunReport?> {
        var search = ReportSearch<RunReport?>(found: nil, problems: [])
        for run in candidates where run != report.run {
            guard let candidate = search.read(run, in: self) else { continue }
            guard candidate.checklist == report.checklist, candidate.dryRun == report.dryRun,
                candidate.startedAt < report.startedAt
            else { continue }
            search.found = candidate
            break
        }
        return search
    }
}

extension ReportSummary {
    /// A summary of a report that need not be read for it.
    package init(
        run: RunIdentifier, checklist: String, startedAt: Date, seconds: Double, outcome: Outcome,
        counts: [Outcome: Int], timezone: String
    ) {
        self.run = run
        self.checklist = checklist
        self.startedAt = startedAt
        self.seconds = seconds
        self.outcome = outcome
        self.counts = counts
        self.timezone = timezone
    }
}

extension ReportSearch {
    /// What others found who know which reports there are.
    package init(_ found: Found, problems: [ReportProblem]) {
        self.found = found
        self.problems = problems
    }
}

extension ReportProblem {
    /// A run whose report is known, and is not where it was.
    package init(missing run: RunIdentifier, in folder: ReportFolder) {
        let file = folder.path(of: run).appending("report.json")
        self.init(name: run.rawValue, error: .damaged(file, "it is gone"))
    }
}
