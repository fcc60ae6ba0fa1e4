import DurableFiles
import Maintenance
import PluginKit
import SystemPackage

/// Reads what was found of one log, within a limit of bytes.
struct LogReading {
    let plan: LogPlan
    /// The most bytes that are read.
    let limit: Int
    /// When to give up.
    let deadline: ContinuousClock.Instant

    /// What reading came to.
    struct Report {
        var trail: LogTrail?
        var bytes = 0
        /// Of plain files, in bytes.
        var unread = 0
        /// What could not be read, in words.
        var faults: [String] = []
    }

    /// Hands each line to a tally.
    ///
    /// - Throws: `FileError`, `CancellationError`; `TaskFailure` where the time is over.
    func run(_ tally: inout LogTally) throws -> Report {
        var report = Report(trail: plan.known)
        let total = plan.pieces.reduce(0) { $0 + $1.size }
        var skip = max(total - limit, 0)
        report.unread = skip
        var end = 0
        for piece in plan.pieces {
            switch piece {
            case .plain(let source, let range, let isOver):
                let skipped = min(skip, range.count)
                skip -= skipped
                end = try read(
                    source, range.lowerBound + skipped..<range.upperBound, isInside: skipped > 0, isOver, &report,
                    &tally)
            case .compressed(let log, let offset):
                try read(log, from: offset, room: limit - min(total, limit), &report, &tally)
            }
        }
        guard let current = plan.current else {
            // The living file is not there: the next run looks for what follows the one read last.
            if let last = plan.previous { report.trail = LogTrail(current: try LogPosition(last, offset: last.size)) }
            return report
        }
        // Nothing is noted as read of a last line that has not ended.
        report.trail = LogTrail(current: try LogPosition(current, offset: end))
        if let last = plan.previous { report.trail?.previous = try LogPosition(last, offset: last.size) }
        return report
    }

    /// - Returns: up to which byte of the file all lines have ended.
    private func read(
        _ source: LogSource, _ range: Range<Int>, isInside: Bool, _ isOver: Bool, _ report: inout Report,
        _ tally: inout LogTally
    ) throws -> Int {
        var cutter = LineCutter(startsInsideLine: isInside)
        try source.read(range) { bytes in
            try look()
            report.bytes += bytes.count
            cutter.take(bytes) { tally.take($0, dropped: $1, in: source.path) }
        }
        if isOver { cutter.finish { tally.take($0, dropped: $1, in: source.path) } }
        return range.lowerBound + cutter.finishedBytes
    }

    private func read(
        _ log: CompressedLog, from offset: Int, room: Int, _ report: inout Report, _ tally: inout LogTally
    ) throws {
        var cutter = LineCutter()
        var left = room
        do {
            try log.read(from: offset) { bytes in
                try look()
                guard left > 0 else {
                    report.faults.append("'\(log.path)' holds more than is read in one run")
                    return false
                }
                let part = UnsafeRawBufferPointer(rebasing: bytes.prefix(left))
                left -= part.count
                report.bytes += part.count
                cutter.take(part) { tally.take($0, dropped: $1, in: log.path) }
                return true
            }
        } catch let error where !(error is CancellationError || error is TaskFailure) {
            report.faults.append("\(error)")
        }
        cutter.finish { tally.take($0, dropped: $1, in: log.path) }
    }

    private func look() throws {
        try Task.checkCancellation()
        guard ContinuousClock.now < deadline else {
            throw TaskFailure(
                "the time limit passed while '\(plan.path)' was read, and nothing is noted as read: allow more time or"
                    + " lower 'limit'")
        }
    }
}
