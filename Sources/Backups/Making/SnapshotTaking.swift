import Foundation
import Maintenance
import SQLiteFile
import SystemPackage

/// A copy of the database at one instant, and what the live database said of itself at that instant.
struct TakenSnapshot {
    /// All that was committed before it is in the copy.
    let instant: Date
    let path: FilePath
    let facts: SQLiteFacts
    let copy: CopyReport
    let notes: [String]
}

extension BackupMaker {
    /// A WAL that grew by more than what SQLite itself checkpoints at (1,000 pages) is worth a checkpoint.
    private static let noticeableGrowth: Int64 = 4 << 20

    /// Copies the database and reads its facts in one and the same read transaction.
    ///
    /// Rows are read from the copy alone: the WAL is pinned, or commits wait, only as long as the pages are copied.
    func takeSnapshot(from connection: SQLiteConnection, to path: FilePath) throws -> TakenSnapshot {
        observe(.copying, 0)
        try checkRoom(for: Int(connection.facts().databaseBytes))
        var options = request.copy
        options.bytesPerSecond = request.bandwidth
        // It is read twice right away.
        options.keepsCopyInMemory = true
        let instant = now().inMilliseconds
        var facts: SQLiteFacts?
        let copy = try connection.copy(to: path, options: options) { progress in
            // The transaction of the copy is open here.
            if facts == nil { facts = try connection.facts() }
            observe(.copying, BackupStage.copying.overall(progress.fraction))
        }
        guard let facts else {
            throw SQLiteFileError(.other, at: request.source, during: "copy", message: "SQLite copied nothing")
        }
        return TakenSnapshot(
            instant: instant, path: path, facts: facts, copy: copy, notes: notes(on: copy, facts) + checkpoint(copy))
    }

    /// What a maintainer should know of how the copy was taken.
    private func notes(on copy: CopyReport, _ facts: SQLiteFacts) -> [String] {
        var notes: [String] = []
        if copy.passedWALLimit, let limit = request.copy.walLimit {
            notes.append(
                "the WAL grew to \(ByteSize(bytes: copy.walBytesPeak)) while the database was copied, beyond"
                    + " \(ByteSize(bytes: limit)): the rest was copied in one go, without pauses")
        }
        if facts.journalMode == "wal", facts.hasWALResetBug {
            notes.append(
                "SQLite \(facts.sqliteVersion) can lose pages where a checkpoint meets a commit"
                    + " (sqlite.org/wal.html#walresetbug): Ronde never resets the WAL with it, and this copy was"
                    + " checked; 3.51.3 or later is without it, in the service too")
        }
        return notes
    }

    /// Moves into the main file what the pinned snapshot let pile up in the WAL; the backup is as good without that.
    private func checkpoint(_ copy: CopyReport) -> [String] {
        guard copy.walBytesAfter - copy.walBytesBefore > Self.noticeableGrowth else { return [] }
        let grown = "the WAL grew from \(ByteSize(bytes: copy.walBytesBefore)) to \(ByteSize(bytes: copy.walBytesPeak))"
        do {
            let file = SQLiteFile(path: request.source)
            guard let done = try file.checkpoint(deadline: request.deadline) else { return [] }
            return [grown + " and was checkpointed" + (done.wasBlocked ? " as far as others let it" : "")]
        } catch {
            return [grown + " and was not checkpointed: \(error)"]
        }
    }
}
