package import Foundation
import SystemPackage

/// One row of `ronde backups list --json`, and what `show --json` says of a set.
///
/// `{"set":"test_20251216_020000","service":"api","database":"main","folder":"/srv/backups","tiers":["daily"],
/// "instant":"2025-12-16T02:00:00+01:00","age_seconds":86400,"bytes":…,"uncompressed_bytes":…,"rows":…,"tables":…,
/// "files":["test_20251216_020000.db.gz"],"encryption":null,"verified_at":"…","counts":true,"why_not":null,
/// "pin":{"note":"…","since":"…","until":null},"drill":{"at":"…","outcome":"ok","detail":null,"seconds":1.5},
/// "anomalies":[{"what":"rows","before":9,"after":1}],"accepted":null,"adopted":null,"kept_for":null,
/// "retention":{"keep":true,"reason":"newest of 2025-12-16, 1 of 7"}}`; what is not there is null. A set that serves no
/// tier has `"tiers":[]`; `retention` is null where nothing prunes the folder.
package struct SetListing: Hashable, Sendable, Encodable {
    package struct Retention: Hashable, Sendable, Codable {
        package let keep: Bool
        package let reason: String
    }

    package let known: KnownSet
    package let age: TimeInterval
    package let retention: Retention?

    /// - Parameters:
    ///   - known: the set.
    ///   - decision: what pruning would do with it now; nil where nothing prunes its folder.
    ///   - now: the wall clock.
    package init(_ known: KnownSet, decision: PruningDecision? = nil, now: Date) {
        self.known = known
        age = now.timeIntervalSince(known.instant)
        retention = decision.map { Retention(keep: $0.isKept, reason: $0.reason) }
    }

    /// The rows of some sets, in their order, with what some plans would do with them now.
    package static func rows(
        _ sets: some Sequence<KnownSet>, plans: [PruningPlan] = [], now: Date
    ) -> [SetListing] {
        let wanted = Set(sets.map(\.set))
        // A set that serves two tiers of one folder goes only if both say so, and then neither does.
        var decisions: [BackupSet: PruningDecision] = [:]
        for plan in plans {
            for decision in plan.decisions where wanted.contains(decision.set) {
                if let other = decisions[decision.set], !other.isKept { continue }
                decisions[decision.set] = decision
            }
        }
        return sets.map { SetListing($0, decision: decisions[$0.set], now: now) }
    }

    private enum CodingKeys: String, CodingKey {
        case set, service, database, folder, tiers, instant, bytes, rows, tables, files, encryption, counts, pin, drill
        case anomalies, accepted, adopted, retention, export
        case keptFor = "kept_for"
        case age = "age_seconds"
        case uncompressedBytes = "uncompressed_bytes"
        case verifiedAt = "verified_at"
        case whyNot = "why_not"
    }

    package func encode(to encoder: any Encoder) throws {
        let (set, summary) = (known.set, known.set.summary)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode("\(set.name)", forKey: .set)
        try container.encode(summary.service, forKey: .service)
        try container.encode(summary.database, forKey: .database)
        try container.encode(set.folder.string, forKey: .folder)
        try container.encode(set.tiers, forKey: .tiers)
        try container.encode(summary.instant, forKey: .instant)
        try container.encode(Int(age.rounded()), forKey: .age)
        try container.encode(summary.bytes, forKey: .bytes)
        try container.encode(summary.files.reduce(0) { $0 + $1.uncompressedBytes }, forKey: .uncompressedBytes)
        try container.encode(summary.rows, forKey: .rows)
        try container.encode(summary.tables, forKey: .tables)
        try container.encode(summary.files.map(\.name), forKey: .files)
        try container.encode(summary.files.first?.encryption, forKey: .encryption)
        try container.encode(summary.export, forKey: .export)
        try container.encode(known.provenAt, forKey: .verifiedAt)
        try container.encode(known.counts, forKey: .counts)
        try container.encode(known.whyNot, forKey: .whyNot)
        try container.encode(known.pin.map(PinRow.init), forKey: .pin)
        try container.encode(known.drill.map(DrillRow.init), forKey: .drill)
        try container.encode(summary.anomalies, forKey: .anomalies)
        try container.encode(known.acceptance, forKey: .accepted)
        try container.encode(summary.adopted, forKey: .adopted)
        try container.encode(summary.keptFor, forKey: .keptFor)
        try container.encode(retention, forKey: .retention)
    }

    /// With null where there is no end.
    private struct PinRow: Encodable {
        let pin: FolderRecord.Pin

        enum CodingKeys: String, CodingKey { case note, since, until }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(pin.note, forKey: .note)
            try container.encode(pin.since, forKey: .since)
            try container.encode(pin.until, forKey: .until)
        }
    }

    /// With null where there is no detail.
    private struct DrillRow: Encodable {
        let drill: FolderRecord.Proof

        enum CodingKeys: String, CodingKey { case at, outcome, detail, seconds }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(drill.at, forKey: .at)
            try container.encode(drill.outcome, forKey: .outcome)
            try container.encode(drill.detail, forKey: .detail)
            try container.encode(drill.seconds, forKey: .seconds)
        }
    }
}
