import SQLiteFile

/// How a restore ended, when it came as far as replacing the database.
///
/// As JSON all of its keys are there, null where there is no value.
package struct RestoreResult: Hashable, Sendable, Codable {
    package enum Outcome: String, Hashable, Sendable, Codable {
        /// The new database is in place; exit status 0.
        case restored
        /// The old one is in place again; exit status 2.
        case returned
        /// It had been cut short before anything was replaced; only ``RestoreTransaction/resume()`` says so.
        case abandoned
    }

    /// The restore's id, which also names its record.
    package var restore: String
    package var outcome: Outcome
    package var kind: RestorePlan.Kind
    /// Why the old database is in place, for people.
    package var reason: String?
    /// What each table had when the service had stopped, and has now.
    package var tables: [RestorePlan.TableChange]
    /// Where the replaced database lies, for `undo`; nil where there was none.
    package var replaced: String?
    /// The verified set of the replaced database.
    package var safetyBackup: String?
    package var notes: [String]

    package enum CodingKeys: String, CodingKey {
        case restore, outcome, kind, reason, tables, replaced, notes
        case safetyBackup = "safety_backup"
    }

    init(_ record: RestoreRecord, _ outcome: Outcome) {
        restore = record.id
        self.outcome = outcome
        kind = record.plan.kind
        reason = record.reason
        tables = record.tableChanges
        replaced = outcome == .restored && record.swap?.outgoing.inode != nil ? record.swap?.outgoing.path : nil
        safetyBackup = record.safetyBackup
        notes = record.notes
    }
}

extension RestoreRecord {
    /// As in the plan, with what was there when nobody wrote any more.
    fileprivate var tableChanges: [RestorePlan.TableChange] {
        guard let replaced, let expected else { return plan.tables }
        let now = Dictionary(replaced.map { ($0.name, $0) }) { first, _ in first }
        let after = Dictionary(expected.map { ($0.name, $0) }) { first, _ in first }
        return Set(now.keys).union(after.keys).sorted().map { name in
            RestorePlan.TableChange(
                table: name, rowsNow: now[name]?.rows, rowsAfter: after[name]?.rows, isChanged: now[name] != after[name]
            )
        }
    }
}
