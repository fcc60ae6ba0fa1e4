internal import DurableFiles
package import Maintenance
internal import SystemPackage

/// A report that was passed over, and why.
package struct ReportProblem: Hashable, Sendable, CustomStringConvertible {
    /// The folder's name below the root.
    package let name: String
    package let error: ReportError

    package var description: String { "\(error)" }
}

/// The runs that have a folder.
package struct ReportListing: Hashable, Sendable {
    /// Newest first; see ``ReportFolder/list()``.
    package var runs: [RunIdentifier]
    /// Folders that are no reports.
    package var problems: [ReportProblem]
}

/// What was found when reports were read one by one.
package struct ReportSearch<Found: Sendable>: Sendable {
    package var found: Found
    /// Folders that are no reports, and reports that could not be read.
    package var problems: [ReportProblem]
}

extension ReportFolder {
    /// The runs that have a report, newest first by the local time in their names; names without a time come last.
    ///
    /// Nothing is read. Hidden names and plain files are none of ours; a folder without `report.json`, or with a name
    /// that no run can have, is a problem. A root that does not exist has no reports.
    ///
    /// - Throws: ``ReportError`` when `root` cannot be listed.
    package func list() throws(ReportError) -> ReportListing {
        var listing = ReportListing(runs: [], problems: [])
        for component in try names() {
            let name = component.string
            do throws(ReportError) {
                if let run = try run(in: component) { listing.runs.append(run) }
            } catch {
                listing.problems.append(ReportProblem(name: PrintableText.of(name), error: error))
            }
        }
        let known = listing.runs.map { (run: $0, parts: StoredRun($0)) }
        listing.runs = known.sorted { left, right in
            switch (left.parts, right.parts) {
            case (let left?, let right?): left > right
            case (.some, nil): true
            case (nil, .some): false
            case (nil, nil): left.run.rawValue < right.run.rawValue
            }
        }.map(\.run)
        return listing
    }

    /// The newest runs in one line each.
    ///
    /// - Parameters:
    ///   - checklist: the only one wanted; nil for all.
    ///   - limit: how many are given at most.
    /// - Returns: the summaries, newest first.
    /// - Throws: ``ReportError`` when `root` cannot be listed; a report that cannot be read is a problem.
    package func summaries(
        of checklist: String? = nil, limit: Int = .max
    ) throws(ReportError) -> ReportSearch<[ReportSummary]> {
        let listing = try list()
        var search = ReportSearch<[ReportSummary]>(found: [], problems: listing.problems)
        for run in listing.runs where checklist == nil || mayBe(run, of: checklist) {
            if search.found.count >= limit { break }
            guard let report = search.read(run, in: self), checklist == nil || report.checklist == checklist
            else { continue }
            search.found.append(ReportSummary(of: report))
        }
        return search
    }

    func mayBe(_ run: RunIdentifier, of checklist: String?) -> Bool {
        guard let parts = StoredRun(run) else { return true }
        return parts.checklist == checklist
    }

    private func names() throws(ReportError) -> [FilePath.Component] {
        do throws(FileError) {
            guard try FileFacts.of(root, followingLinks: true) != nil else { return [] }
            return try Folder.components(of: root)
        } catch {
            throw .file(error)
        }
    }

    /// The run whose report is below this name; nil where the name is none of ours.
    private func run(in component: FilePath.Component) throws(ReportError) -> RunIdentifier? {
        let (name, folder) = (component.string, root.appending(component))
        let hasReport: Bool
        do throws(FileError) {
            guard !name.hasPrefix("."),
                try FileFacts.of(folder, followingLinks: true)?.kind == .folder
            else { return nil }
            hasReport = try FileFacts.of(folder.appending("report.json"), followingLinks: true) != nil
        } catch {
            throw .file(error)
        }
        guard let run = RunIdentifier(rawValue: name) else { throw .damaged(folder, "no run can have this name") }
        guard hasReport else { throw .damaged(folder, "report.json is missing") }
        return run
    }
}

extension ReportSearch {
    /// The report, or nothing and one problem more.
    package mutating func read(_ run: RunIdentifier, in folder: ReportFolder) -> RunReport? {
        do throws(ReportError) {
            return try folder.read(run)
        } catch {
            problems.append(ReportProblem(name: run.rawValue, error: error))
            return nil
        }
    }
}
