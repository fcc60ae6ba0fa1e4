import DurableFiles
import Foundation
import History
import Maintenance
import Reports
import RunStore
import SystemPackage

/// Keeps the record of a run: in the run store while it goes on, in its report folder when it has ended.
struct RunRecorder: Sendable {
    let settings: RunnerSettings
    let store: RunStore

    private var reports: ReportFolder { ReportFolder(root: settings.reportsFolder) }
    private var known: ReportHistory { ReportHistory(store: store, reports: reports) }
    private var reserve: DiskReserve { DiskReserve(in: settings.stateFolder) }

    /// Records the start of a run and returns the identifier it got.
    func begin(_ report: RunReport) async throws(RunError) -> RunIdentifier {
        reserve.refill()
        let (store, timeZone, reports) = (store, settings.timeZone, reports)
        return try await recordingTogether(nil) {
            try await store.beginTogether(report, timeZone: timeZone) { run in
                // A store that was begun anew does not know the reports of the old one.
                try FileFacts.of(reports.path(of: run), followingLinks: false) != nil
            }
        }
    }

    func keep(_ task: TaskReport, position: Int, of run: RunIdentifier) async throws(RunError) {
        let store = store
        try await recordingTogether(run) { try await store.keepTogether(task, position: position, of: run) }
    }

    /// Stores the report, then ends the run in the store; returns the report's folder.
    func end(_ report: RunReport) async throws(RunError) -> FilePath {
        let store = store
        // Many runs may end at one instant: their syncs must not hold up what is to start.
        let stored: Result<FilePath, RunError> = await Aside.result { () throws(RunError) in try storeReport(report) }
        let folder = try stored.get()
        // The run has ended either way: what its report takes can be measured later.
        let bytes = try? reports.bytes(of: report.run)
        try await recordingTogether(report.run) { try await store.endTogether(report, bytes: bytes) }
        return folder
    }

    /// Records that the run waits for a person.
    func wait(_ report: RunReport) throws(RunError) { try recording(report.run) { try store.wait(report) } }

    /// The runs that wait for a person; all of them, or this one.
    func waitingRuns(_ run: RunIdentifier? = nil) throws(RunError) -> [RunReport] {
        try recording(run) { try store.waiting(run) }
    }

    /// See `RunStore.changeWaiting`.
    func changeWaiting(
        _ run: RunIdentifier, _ change: (inout RunReport) -> RunStore.WaitingStep
    ) throws(RunError) -> RunReport? {
        try recording(run) { try store.changeWaiting(run, change) }
    }

    private func storeReport(_ report: RunReport) throws(RunError) -> FilePath {
        try recording(report.run) {
            try Folder.create(settings.reportsFolder)
            return try reports.store(report, previous: try known.previous(to: report).found)
        }
    }

    /// As ``end(_:)``, for a run of a process that was killed.
    private func endInterrupted(_ report: RunReport) throws(RunError) {
        _ = try storeReport(report)
        // As above.
        let bytes = try? reports.bytes(of: report.run)
        try recording(report.run) { try store.end(report, bytes: bytes) }
    }

    /// The checklists that have runs without an end: those that go on, and those that were interrupted.
    func checklistsWithOpenRuns() throws(RunError) -> [String] {
        try recording(nil) { try store.checklistsWithUnendedRuns() }
    }

    /// Ends the runs of a checklist that a killed process left open; call it only while holding the checklist's lock.
    ///
    /// - Returns: the reports of what was interrupted.
    func closeInterrupted(checklist: String) throws(RunError) -> [RunReport] {
        var closed: [RunReport] = []
        for open in try recording(nil, { try store.unended(checklist: checklist) }) {
            // First, while the run is open: nobody would look for the leftovers of one that is known to have ended.
            ScratchFolder(of: open.run, in: settings.scratchFolder).remove()
            LiveRuns(stateFolder: settings.stateFolder).remove(open.run)
            removeHalfStoredReports()
            let stored = try recording(open.run) { try storedReport(of: open) }
            let report = stored ?? Self.interrupted(open)
            if stored == nil {
                try endInterrupted(report)
                closed.append(report)
            } else {
                // Killed between its report and its last row.
                try recording(open.run) { try store.end(report) }
            }
            try recording(open.run) { try store.settleFiring(of: report) }
        }
        return closed
    }

    /// Removes what a process that was killed while it stored a report left beside the whole ones.
    private func removeHalfStoredReports() {
        // Hidden folders that nobody reads: what cannot be removed now is tried again after the next interrupted run.
        _ = try? reports.removeLeftovers()
    }

    /// The report that an open run has already; nil where it has none.
    ///
    /// A report is written once: one that is damaged stays as it is, and the run counts as interrupted.
    private func storedReport(of open: RunReport) throws -> RunReport? {
        do throws(ReportError) {
            return try reports.read(open.run)
        } catch {
            switch error {
            case .notFound: return nil
            case .damaged: return Self.interrupted(open)
            default: throw error
            }
        }
    }

    private static func interrupted(_ open: RunReport) -> RunReport {
        var report = open
        report.interruption = "the process that ran it ended before it was done"
        report.endedAt = open.tasks.compactMap(\.endedAt).max() ?? open.startedAt
        report.outcome = (open.tasks.map(\.outcome) + [.unknown]).worst
        return report
    }

    /// Does one recording step; on a full disk it gives the reserve back and tries once more.
    func recording<Value>(_ run: RunIdentifier?, _ body: () throws -> Value) throws(RunError) -> Value {
        do {
            return try body()
        } catch {
            guard Self.mayBeFullDisk(error), reserve.release() else {
                throw .notRecorded(run, reason: "\(error)")
            }
        }
        do {
            return try body()
        } catch {
            throw .notRecorded(run, reason: "\(error)")
        }
    }

    /// The same for a step that waits.
    private func recordingTogether<Value: Sendable>(
        _ run: RunIdentifier?, _ body: @Sendable () async throws -> Value
    ) async throws(RunError) -> Value {
        do {
            return try await body()
        } catch {
            guard Self.mayBeFullDisk(error), reserve.release() else {
                throw .notRecorded(run, reason: "\(error)")
            }
        }
        do {
            return try await body()
        } catch {
            throw .notRecorded(run, reason: "\(error)")
        }
    }

    private static func mayBeFullDisk(_ error: any Error) -> Bool {
        switch error {
        case let error as RunStoreError: error.mayBeFullDisk
        case let error as ReportError: error.fileError.map(mayBeFullDisk) ?? false
        case let error as FileError: error.errno == .noSpace || error.errno == .diskQuotaExceeded
        default: false
        }
    }
}
