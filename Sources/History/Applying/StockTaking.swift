import Maintenance
import Reports
import RunStore

/// Compares the report folders with the store, part by part: runs of which only the report is left are entered, and
/// what reports take is measured.
struct StockTaking: ~Copyable {
    private enum Phase {
        case folders
        case sizes(after: RunIdentifier?)
        case done
    }

    private let store: RunStore
    private let reports: ReportFolder
    private var names: ReportNames?
    private var phase = Phase.folders
    private(set) var adopted = 0
    private(set) var problems = ProblemList()

    init(store: RunStore, reports: ReportFolder) throws {
        self.store = store
        self.reports = reports
        names = try ReportNames.of(reports)
    }

    /// Looks at some more reports.
    ///
    /// - Returns: whether there are more.
    mutating func step(_ size: Int) throws -> Bool {
        switch phase {
        case .folders:
            let runs = try names?.next(size) ?? []
            try adopt(store.unknown(runs))
            if runs.count < size { phase = .sizes(after: nil) }
        case .sizes(let run):
            let runs = try store.unmeasured(after: run, limit: size)
            try store.measure(runs.map { try measure($0.run, hasDigest: $0.hasDigest) })
            phase = runs.count < size ? .done : .sizes(after: runs.last?.run)
        case .done: break
        }
        if case .done = phase { return false }
        return true
    }

    private mutating func adopt(_ runs: [RunIdentifier]) throws {
        var found: [(RunReport, Int)] = []
        for run in runs {
            guard let bytes = try reports.bytes(of: run), let report = read(run) else { continue }
            found.append((report, bytes))
        }
        guard !found.isEmpty else { return }
        try store.adopt(found)
        adopted += found.count
    }

    private mutating func measure(_ run: RunIdentifier, hasDigest: Bool) throws -> MeasuredReport {
        let bytes = try reports.bytes(of: run) ?? 0
        let digest = hasDigest || bytes == 0 ? nil : read(run).map { RunStore.RunRow.Digest(of: $0) }
        return MeasuredReport(run: run, bytes: bytes, digest: digest)
    }

    private mutating func read(_ run: RunIdentifier) -> RunReport? {
        do throws(ReportError) {
            return try reports.read(run)
        } catch {
            // It stays where it is, and a person may mend it; nothing that cannot be read is removed.
            problems.add("\(error)")
            return nil
        }
    }
}

/// What could not be done, the first few of each kind of work.
struct ProblemList {
    private(set) var texts: [String] = []
    private(set) var omitted = 0

    mutating func add(_ text: String) { if texts.count < 20 { texts.append(text) } else { omitted += 1 } }

    mutating func add(_ other: ProblemList) {
        for text in other.texts { add(text) }
        omitted += other.omitted
    }

    /// With a line for those that were left out.
    var all: [String] { omitted == 0 ? texts : texts + ["and \(omitted) more"] }
}
