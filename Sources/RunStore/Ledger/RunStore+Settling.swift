import Foundation
import GRDB
package import Maintenance

extension RunStore {
    /// Says what became of a firing that this process claimed.
    package func settle(_ firing: FiringRecord) throws(RunStoreError) {
        try write("settle a firing") { database in try Self.settle(firing, database) }
    }

    /// The same, in one transaction with what other tasks write at this moment.
    package func settleTogether(_ firing: FiringRecord) async throws(RunStoreError) {
        try await writeTogether("settle a firing") { try Self.settle(firing, $0) }
    }

    static func settle(_ firing: FiringRecord, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE firing SET state = ?, reason = ?, run = ? WHERE checklist = ? AND nominal_time = ?",
            arguments: [
                firing.state.rawValue, firing.reason, firing.run?.rawValue, firing.checklist,
                StoredInstant.encode(firing.nominalTime),
            ])
    }

    /// Says what became of the firing that a run answered whose process was killed; a run by hand answers none.
    package func settleFiring(of report: RunReport) throws(RunStoreError) {
        guard let nominalTime = report.nominalTime, report.trigger != .manual else { return }
        try settle(
            FiringRecord(
                checklist: report.checklist, nominalTime: nominalTime, state: report.trigger == .late ? .late : .ran,
                reason: report.interruption, run: report.run))
    }

    /// Takes back claims that were not begun, so that the firings are open again for whoever comes next.
    package func giveBack(_ firings: [FiringRecord]) throws(RunStoreError) {
        guard !firings.isEmpty else { return }
        try write("give firings back") { database in
            for firing in firings { try Self.giveBack(firing, database) }
        }
    }

    static func giveBack(_ firing: FiringRecord, _ database: Database) throws {
        let nominalTime = StoredInstant.encode(firing.nominalTime)
        try database.execute(
            sql: "DELETE FROM firing WHERE checklist = ? AND nominal_time = ? AND state = ?",
            arguments: [firing.checklist, nominalTime, FiringState.running.rawValue])
        guard database.changesCount == 1 else { return }
        try database.execute(
            sql: "UPDATE schedule SET entered_until = ?2 WHERE checklist = ?1 AND entered_until > ?2",
            arguments: [firing.checklist, nominalTime - 1])
    }
}
