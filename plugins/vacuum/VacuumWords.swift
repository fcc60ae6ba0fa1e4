import DatabaseTasks
import Maintenance
import SQLiteFile

/// What a vacuum says of itself, in lines that fit a terminal.
struct VacuumWords {
    let database: String
    let before: SQLiteFacts

    /// Says which condition did not hold.
    func notNeeded(_ condition: VacuumCondition) -> String {
        "\(database): not needed, \(share) of \(size(before)) is free, wanted \(condition)"
    }

    var wouldVacuum: String { "\(database): would vacuum, \(share) of \(size(before)) is free" }

    var wouldGiveBackInSteps: String {
        "\(database): would give \(ByteSize(bytes: before.freeBytes)) back in small steps"
    }

    func steps(_ report: IncrementalVacuumReport) -> String {
        let steps = report.steps == 1 ? "1 step" : "\(report.steps) steps"
        return "\(before.freePages - report.after.freePages) pages given back in \(steps), "
            + "the longest of \(seconds(report.longestStep))"
            + (report.endedEarly ? "; the time limit came first, the rest is for the next time" : "")
    }

    func doneInSteps(_ after: SQLiteFacts) -> String {
        let rest = after.freePages == 0 ? "" : ", \(ByteSize(bytes: after.freeBytes)) are left for the next time"
        let freed = max(before.databaseBytes - after.databaseBytes, 0)
        return "\(database): \(ByteSize(bytes: freed)) given back in small steps, "
            + "\(size(before)) became \(size(after))\(rest)"
    }

    /// What is said before a VACUUM begins.
    func announcement(_ estimate: Duration, _ others: OtherProcesses, _ maxStall: TimeSpan) -> String {
        "VACUUM keeps writers waiting for about \(seconds(estimate)), by what this disk took for a sample; "
            + (others.mayBeThere ? "it ends by itself after \(maxStall); " : "") + others.words
    }

    func notBegun(_ estimate: Duration, _ maxStall: TimeSpan) -> String {
        "\(database): not rebuilt, since writers would wait for about \(seconds(estimate)), longer than "
            + "max_stall (\(maxStall)), and \(share) of \(size(before)) is free; \(Self.advice)"
    }

    func stopped(_ maxStall: TimeSpan) -> String {
        "\(database): stopped after holding up writers for max_stall (\(maxStall)), and is as it was; \(Self.advice)"
    }

    private static let advice =
        "raise max_stall for a quiet hour or stop the service for it, or let the database give pages back in small "
        + "steps: once run 'PRAGMA auto_vacuum=incremental; VACUUM;'"

    private func seconds(_ duration: Duration) -> String {
        let tenths = (duration.inSeconds * 10).rounded(.up) / 10
        return "\(PlainNumber.text(tenths)) s"
    }

    func done(_ after: SQLiteFacts) -> String {
        let (old, new) = (size(before), size(after))
        let freed = before.databaseBytes - after.databaseBytes
        guard freed > 0 else {
            return freed == 0
                ? "\(database): rebuilt, \(new) as before (\(share) was free)"
                : "\(database): rebuilt, and grown from \(old) to \(new)"
        }
        let change = "\(old) became \(new) (\(share) was free)"
        return after.isWaitingForCheckpoint
            ? "\(database): \(ByteSize(bytes: freed)) free at the next checkpoint, \(change)"
            : "\(database): \(ByteSize(bytes: freed)) given back, \(change)"
    }

    /// What else a person may wonder about who looks at the files.
    func notes(_ after: SQLiteFacts) -> [String] {
        if after.isWaitingForCheckpoint {
            let file = ByteSize(bytes: after.fileBytes)
            return [
                "the file still has \(file): a reader holds an older state; SQLite shrinks it at a later checkpoint"
            ]
        }
        guard after.walBytes > 0 else { return [] }
        let wal = ByteSize(bytes: after.walBytes)
        return ["the -wal file beside it has \(wal); SQLite reuses it, and removes it with the last connection"]
    }

    private var share: String { "\(PlainNumber.text((before.freeShare * 10).rounded() / 10))%" }

    private func size(_ facts: SQLiteFacts) -> String { "\(ByteSize(bytes: facts.databaseBytes))" }
}

extension SQLiteFacts {
    /// Whether the new, smaller database is still in the WAL alone.
    fileprivate var isWaitingForCheckpoint: Bool { journalMode == "wal" && fileBytes > databaseBytes }
}
