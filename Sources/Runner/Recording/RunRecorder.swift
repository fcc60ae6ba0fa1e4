import DurableFiles
import Foundation
import Maintenance
import Reports
import RunStore
import SystemPackage

/// Keeps the record of a run: in the run store while it goes on, in its report folder when it has ended.
struct RunRecorder: Sendable {
    let settings: RunnerSettings
    let store: RunStore

    private var reports: ReportFolder { ReportFolder(root: settings.reportsFolder) }
    private var reserve: DiskReserve { DiskReserve(path: settings.reservePath) }

    /// Records the start of a run and returns the identifier it got.
    func begin(_ report: RunReport) throws(RunError) -> RunIdentifier {
        reserve.refill()
        return try recording(nil) { try store.begin(report, timeZone: settings.timeZone) }
    }

    func keep(_ task: TaskReport, position: Int, of run: RunIdentifier) throws(RunError) {
        try recording(run) { try store.keep(task, position: position, of: run) }
    }

    /// Stores the report, then ends the run in the store; returns the report's folder.
    func end(_ report: RunReport) throws(RunError) -> FilePath {
        let folder = try recording(report.run) {
            try Folder.create(settings.reportsFolder)
            return try reports.store(report, previous: try reports.previous(to: report).found)
        }
        try recording(report.run) { try store.end(report) }
        return folder
    }

    /// Ends the runs of a checklist that a killed process left open; call it only while holding the checklist's lock.
    ///
    /// - Returns: the reports of what was interrupted.
    func closeInterrupted(checklist: String, now: Date) throws(RunError) -> [RunReport] {
        var closed: [RunReport] = []
        for open in try recording(nil, { try store.unended(checklist: checklist) }) {
            if let stored = try? reports.read(open.run) {
                // It was killed between its report and its last row; an unreadable report is written anew below.
                try recording(open.run) { try store.end(stored) }
                continue
            }
            let report = Self.interrupted(open, now: now)
            _ = try end(report)
            try recording(open.run) { try store.settleFiring(ofInterrupted: report) }
            // Scratch of a run that is gone; what cannot be removed now is tried again by nobody, and harms nobody.
            try? Folder.removeTree(settings.scratchFolder.appending(open.run.rawValue))
            closed.append(report)
        }
        return closed
    }

    private static func interrupted(_ open: RunReport, now: Date) -> RunReport {
        var report = open
        report.interruption = "the process that ran it ended before it was done"
        report.endedAt = open.tasks.compactMap(\.endedAt).max() ?? open.startedAt
        report.outcome = (open.tasks.map(\.outcome) + [.unknown]).worst
        return report
    }

    /// Does one recording step; on a full disk it gives the reserve back and tries once more.
    private func recording<Value>(
        _ run: RunIdentifier?, _ body: () throws -> Value
    ) throws(RunError) -> Value {
        do {
            return try body()
        } catch {
            guard Self.isDiskFull(error), reserve.release() else {
                throw .notRecorded(run, reason: "\(error)")
            }
        }
        do {
            return try body()
        } catch {
            throw .notRecorded(run, reason: "\(error)")
        }
    }

    private static func isDiskFull(_ error: any Error) -> Bool {
        switch error {
        case let error as RunStoreError: error.isDiskFull
        case let error as ReportError: error.fileError.map(isDiskFull) ?? false
        case let error as FileError: error.errno == .noSpace || error.errno == .diskQuotaExceeded
        default: false
        }
    }
}
