package import Foundation
import SQLiteFile

/// What became of a restore, written durably before each step that changes something.
///
/// It is the journal by which a restore that was cut short is brought to its end, and, once it has ended, what `undo`
/// goes by. `<state>/restores/<id>/restore.json`.
package struct RestoreRecord: Hashable, Sendable, Codable {
    /// How far it has come, which decides what a restore that was cut short ends as.
    package enum Phase: String, Hashable, Sendable, Codable {
        /// The new database is being made beside the old one. Cut short: the old one stays.
        case preparing
        /// The service is told to stop. Cut short: it is started again.
        case stopping
        /// The present database is made self-contained and backed up. Cut short: the service is started again.
        case securing
        /// The files change names. Cut short: new where the new one has its name already, else old.
        case swapping
        /// The new database has its name and is compared. Cut short: it stays, if it is what it should be.
        case swapped
        /// The service is being started and looked at. Cut short: that is done again.
        case starting
        /// The old database is getting its name back. Cut short: it gets it.
        case returning
        /// The new database is in place.
        case restored
        /// The old one is in place again, because the new one or its service failed.
        case returned
        /// Nothing was replaced.
        case abandoned

        package var hasEnded: Bool { [.restored, .returned, .abandoned].contains(self) }
    }

    /// As in `20251216-020000-3fa9`: the instant in UTC and what tells two restores of one second apart.
    package var id: String
    package var phase: Phase
    package var began: Date
    package var changed: Date
    package var plan: RestorePlan
    /// The names of the files; nil before it is known what lies there.
    var swap: Swap?
    /// Where the new database is made.
    var staged: String?
    /// What the new database has to hold; nil where that cannot be compared.
    var expected: [TableContents]?
    /// What the replaced database held when the service had stopped; nil where it could not be read.
    var replaced: [TableContents]?
    /// Whether the replaced main file is the whole database, with nothing beside it.
    var isSettled = false
    var wasRunning: Bool?
    /// Whether the service was started with the new database.
    var wasStarted = false
    /// The set made of the replaced database.
    package var safetyBackup: String?
    /// The restore whose replaced database this one put back.
    var undoes: String?
    /// Why it was returned or abandoned.
    package var reason: String?
    /// What a person should know.
    package var notes: [String] = []

    package enum CodingKeys: String, CodingKey {
        case id, phase, began, changed, plan, swap, staged, expected, replaced, undoes, reason, notes
        case isSettled = "is_settled"
        case wasRunning = "was_running"
        case wasStarted = "was_started"
        case safetyBackup = "safety_backup"
    }

    init(id: String, plan: RestorePlan, began: Date) {
        self.id = id
        self.plan = plan
        self.began = began
        changed = began
        phase = .preparing
    }
}
