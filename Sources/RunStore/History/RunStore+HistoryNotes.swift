package import Foundation
import GRDB
import Maintenance

/// What the keeping of history remembers from one time to the next.
package enum HistoryNote: String, Sendable, CaseIterable {
    /// The clock by which age was measured, and what the clock on the wall said then.
    case trusted
    case trustedAt = "trusted_at"
    /// When the rules were last applied to all there is.
    case applied
    /// When every report folder was last compared with the store.
    case stock
}

extension RunStore {
    /// - Throws: ``RunStoreError``.
    package func note(_ note: HistoryNote) throws(RunStoreError) -> Date? {
        try read("read the notes on history") { database in
            try Int64.fetchOne(
                database, sql: "SELECT value FROM history_note WHERE key = ?", arguments: [note.rawValue]
            ).map(StoredInstant.decode)
        }
    }

    /// Keeps instants, all or none.
    ///
    /// - Throws: ``RunStoreError``.
    package func keep(_ notes: [HistoryNote: Date]) throws(RunStoreError) {
        try write("keep the notes on history") { database in
            for (note, instant) in notes {
                try database.execute(
                    sql: "INSERT OR REPLACE INTO history_note (key, value) VALUES (?, ?)",
                    arguments: [note.rawValue, StoredInstant.encode(instant)])
            }
        }
    }

    /// Stretches of time in which no run began, between the first run and now; where there are no runs, the same of
    /// firings.
    ///
    /// - Parameters:
    ///   - length: how long a stretch must be, in seconds.
    ///   - now: the clock; what is later is left out.
    /// - Returns: how long each was, in seconds.
    /// - Throws: ``RunStoreError``.
    package func quietTimes(longerThan length: TimeInterval, until now: Date) throws(RunStoreError) -> [TimeInterval] {
        try read("look for gaps in the history") { database in
            let gap = Int64(length * 1000)
            for (table, column) in [("run", "started_at"), ("firing", "nominal_time")] {
                let before = "SELECT max(\(column)) FROM \(table) WHERE \(column) <= ?"
                let within = "SELECT min(\(column)) FROM \(table) WHERE \(column) >= ?"
                // Backwards in leaps as long as a gap, from index entry to index entry: there may be a million.
                var gaps: [TimeInterval] = []
                var later = StoredInstant.encode(now)
                guard var place = try Int64.fetchOne(database, sql: before, arguments: [later]) else { continue }
                while true {
                    if later - place > gap { gaps.append(Double(later - place) / 1000) }
                    later = try Int64.fetchOne(database, sql: within, arguments: [place - gap]) ?? place
                    guard let next = try Int64.fetchOne(database, sql: before, arguments: [later - 1]) else { break }
                    place = next
                }
                return gaps
            }
            return []
        }
    }
}
