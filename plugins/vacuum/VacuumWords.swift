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
