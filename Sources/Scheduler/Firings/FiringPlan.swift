import Cron
package import Foundation
package import Maintenance
package import RunStore

/// One firing of a schedule, and when it is to be handled.
package struct PlannedFiring: Hashable, Sendable {
    package let nominalTime: Date
    /// When it is run, or found not to be: its nominal time, or another one because of jitter and blackouts.
    package let due: Date
    /// The blackout that its nominal time is in.
    package let blackout: Blackout?
    /// Whether the blackout leaves no time for it.
    package let isSkipped: Bool

    package init(nominalTime: Date, due: Date, blackout: Blackout? = nil, isSkipped: Bool = false) {
        self.nominalTime = nominalTime
        self.due = due
        self.blackout = blackout
        self.isSkipped = isSkipped
    }
}

/// When the firings of one checklist are due on this host.
///
/// It never changes, and is shared: ten thousand of them stand in several places.
package final class FiringPlan: Sendable {
    package let definition: Checklist
    package let schedule: ScheduleDefinition
    /// What jitter adds to every firing, in whole seconds.
    package let delay: TimeInterval
    /// The longest from a firing's hour to the end of its run, in seconds.
    private let leadTime: TimeInterval
    private let cron: CronSchedule

    package init?(_ checklist: Checklist, host: String) {
        guard let schedule = checklist.schedule else { return nil }
        definition = checklist
        self.schedule = schedule
        delay = StableJitter.delay(upTo: schedule.jitter, checklist: checklist.name, host: host)
        leadTime = checklist.timeLimit.seconds + delay
        cron = CronSchedule(schedule.cron, timeZone: schedule.timeZone)
    }

    package var checklist: String { definition.name }

    /// How the ledger knows the schedule.
    package var watched: WatchedSchedule {
        WatchedSchedule(
            checklist: checklist, rule: "\(schedule.cron.source) \(schedule.timeZone.identifier)", delay: delay)
    }

    /// The firing with this nominal time.
    package func planned(_ nominal: Date) -> PlannedFiring {
        let usual = nominal.addingTimeInterval(delay)
        guard let policy = schedule.notDuring else { return PlannedFiring(nominalTime: nominal, due: usual) }
        switch policy.decide(nominal: nominal, leadTime: leadTime, in: schedule.timeZone) {
        case .run: return PlannedFiring(nominalTime: nominal, due: usual)
        case .skipped(let blackout):
            return PlannedFiring(nominalTime: nominal, due: usual, blackout: blackout, isSkipped: true)
        case .shifted(let time, let blackout):
            return PlannedFiring(nominalTime: nominal, due: time.addingTimeInterval(delay), blackout: blackout)
        }
    }

    /// The firings after an instant, in order of their nominal times.
    package func firings(after instant: Date) -> some Sequence<PlannedFiring> {
        cron.firings(after: instant).lazy.map { self.planned($0.instant) }
    }

    // MARK: What is due

    /// How many firings of one schedule are looked at before it is asked whether that is still wanted.
    private static let stride = 1024

    /// The open firings that are due, in order of their nominal times, and up to when all are accounted for.
    ///
    /// Incomplete once it is no longer wanted, which is asked now and then.
    package func due(
        _ cursor: ScheduleCursor, now: Date, while isWanted: () -> Bool = { true }
    ) -> (firings: [PlannedFiring], enteredUntil: Date) {
        // Nothing begins in a blackout that ends: it is all due at its end.
        if heldUntil(now) != nil { return ([], cursor.enteredUntil) }
        var enteredUntil = cursor.enteredUntil
        var firings: [PlannedFiring] = []
        for firing in self.firings(after: cursor.enteredUntil) {
            if firing.due > now { break }
            // One that is run before its hour: those before it come later, and are still open then.
            if firing.nominalTime.addingTimeInterval(delay) > now { break }
            if firings.count % Self.stride == Self.stride - 1, !isWanted() { break }
            enteredUntil = firing.nominalTime
            if !cursor.enteredAhead.contains(firing.nominalTime) { firings.append(firing) }
        }
        let ahead = ahead(of: now).filter { $0.due <= now && !cursor.enteredAhead.contains($0.nominalTime) }
        return (firings + ahead, enteredUntil)
    }

    /// When the next open firing is due; in the distant future where there is none.
    ///
    /// - Parameters:
    ///   - cursor: which firings are entered.
    ///   - now: the time; firings of before a blackout are looked for from here on.
    /// - Returns: it may be past: then the firing is due now.
    package func nextDue(_ cursor: ScheduleCursor, now: Date) -> Date {
        let open = firings(after: cursor.enteredUntil).first { !cursor.enteredAhead.contains($0.nominalTime) }
        guard let open else { return .distantFuture }
        if open.due <= now, let end = heldUntil(now) { return end }
        let ahead = ahead(of: max(now, cursor.enteredUntil)).filter { !cursor.enteredAhead.contains($0.nominalTime) }
        return ahead.map(\.due).reduce(open.due, min)
    }

    /// The end of the blackout that this instant is in, where all that is due waits for it.
    private func heldUntil(_ now: Date) -> Date? {
        guard let policy = schedule.notDuring, policy.then == .after,
            let blackout = policy.interval(containing: now, in: schedule.timeZone), !blackout.isEndless
        else { return nil }
        return blackout.end
    }

    /// How far beyond its lead time a firing that is run early is looked for, in seconds.
    private static let lookAhead: TimeInterval = 86_400
    private static let mostAhead = 5000

    /// The firings to come that are run before their hour, as far as they are to be known now.
    private func ahead(of now: Date) -> [PlannedFiring] {
        guard schedule.notDuring?.then == .before else { return [] }
        var found: [PlannedFiring] = []
        // Without its delay: that firing may not have come yet.
        for firing in firings(after: now.addingTimeInterval(-delay)).prefix(Self.mostAhead) {
            let isMoved = firing.blackout != nil && !firing.isSkipped
            if isMoved { found.append(firing) }
            if !isMoved, firing.nominalTime.timeIntervalSince(now) > leadTime + Self.lookAhead { break }
        }
        return found
    }
}
