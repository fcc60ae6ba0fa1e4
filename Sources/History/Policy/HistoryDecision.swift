import Foundation
package import Maintenance

/// Why a run stays.
package enum KeepReason: Hashable, Sendable {
    case running
    case newest
    case newestSuccess
    case newestFailure
    /// Held by a person or a signature; with the reason.
    case held(String)
    case young
    case withinLimits

    package var words: String {
        switch self {
        case .running: "it has not ended"
        case .newest: "the newest run of its checklist"
        case .newestSuccess: "the newest run of its checklist that went well"
        case .newestFailure: "the newest run of its checklist that failed"
        case .held(let reason): reason
        case .young: "younger than a day"
        case .withinLimits: "within the limits"
        }
    }
}

/// Why a run goes.
package enum RemovalReason: String, Hashable, Sendable, CaseIterable {
    /// Older than it may become.
    case age
    /// Its checklist has so many newer ones.
    case count
    /// The reports of newer ones fill the room that there is.
    case bytes
    /// The state database is larger than it may become.
    case state
}

/// What is to become of one run.
package enum HistoryDecision: Hashable, Sendable {
    case keep(KeepReason)
    case remove(RemovalReason)

    package var isKept: Bool { if case .keep = self { true } else { false } }
}

/// Runs that stay whatever their age and number, found by looking at runs from the newest to the oldest.
///
/// Looking at the same run again changes nothing, and so not all runs need to be looked at: those that are the newest of
/// their kind, and those that are held, are enough.
package struct AlwaysKept: Sendable {
    /// Of each checklist at most three.
    package private(set) var reasons: [RunIdentifier: KeepReason] = [:]
    /// The room that their reports take, those that are held included.
    package private(set) var bytes = 0
    private var known: Set<Kind> = []

    private struct Kind: Hashable {
        let checklist: String
        let reason: KeepReason
    }

    package init() {}

    /// Looks at a run; those that are newer were looked at before.
    package mutating func look(at run: PastRun) {
        guard run.hasEnded else { return }
        note(run, .newest)
        if run.isSuccess { note(run, .newestSuccess) }
        if run.isFailure && !run.isDryRun { note(run, .newestFailure) }
    }

    /// Takes the room of a run that is held into account; to be called once for each of them.
    package mutating func count(held run: PastRun) { bytes += run.bytes }

    private mutating func note(_ run: PastRun, _ reason: KeepReason) {
        guard known.insert(Kind(checklist: run.checklist, reason: reason)).inserted, reasons[run.run] == nil else {
            return
        }
        reasons[run.run] = reason
        if run.protection == nil { bytes += run.bytes }
    }
}
