import Maintenance
import PluginKit
import SQLiteFile

/// The numbers of a vacuum, before and after it, and what they say.
struct VacuumMeasurements {
    let before: [TaskMeasurement]
    /// The size of the database that is too much.
    private let limit: ByteSize?

    init(before facts: SQLiteFacts, limit: ByteSize?) {
        self.limit = limit
        before = [
            TaskMeasurement("database_size_before", Double(facts.databaseBytes), .bytes),
            TaskMeasurement("pages_before", Double(facts.pageCount), .count),
            TaskMeasurement("free_pages_before", Double(facts.freePages), .count),
            TaskMeasurement("free_share_before", facts.freeShare, .percent),
        ]
    }

    /// The same numbers of the database as it is now.
    func after(_ facts: SQLiteFacts) -> [TaskMeasurement] {
        let range = limit.map { MeasurementRange.above(Double($0.bytes)) }
        let wal =
            facts.journalMode == "wal" ? [TaskMeasurement("wal_size", Double(facts.walBytes), .bytes)] : []
        return [
            TaskMeasurement("database_size", Double(facts.databaseBytes), .bytes, warning: range),
            TaskMeasurement("pages", Double(facts.pageCount), .count),
            TaskMeasurement("free_pages", Double(facts.freePages), .count),
            TaskMeasurement("free_share", facts.freeShare, .percent),
        ] + wal
    }

    /// A result that warns where the database is larger than it should be.
    func judge(_ facts: SQLiteFacts, _ summary: String) -> TaskResult {
        guard let limit, facts.databaseBytes > limit.bytes else { return TaskResult(.ok, summary) }
        return TaskResult(.warning, "\(summary); more than the limit of \(limit)")
    }
}
