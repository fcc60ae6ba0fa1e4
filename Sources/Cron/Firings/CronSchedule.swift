package import Foundation

/// An expression in a time zone: the set of instants at which it is due.
///
/// The set is fixed; where one starts to look changes nothing in it. Clock changes are dealt with as Debian's cron
/// does: a *wildcard* job follows the wall clock, so that it has nothing in a skipped hour and both passes of a
/// repeated one. A *fixed-time* job fires in the first pass only, and a reading that the clock jumps over fires at the
/// first minute after the jump, several such readings together.
///
/// A jump of three hours or more is no summer time but a zone that moves: Samoa had no 30 December 2011. What was due
/// in it is not due at all, as in Debian's cron.
package struct CronSchedule: Sendable {
    /// What is due, in readings of the zone's clocks.
    package let expression: CronExpression
    /// The zone whose clocks the expression speaks of.
    package let timeZone: TimeZone
    private let clock: ZoneClock

    /// Puts an expression into a zone, whose clock changes are read from Foundation once in a process.
    package init(_ expression: CronExpression, timeZone: TimeZone) {
        self.expression = expression
        self.timeZone = timeZone
        clock = .shared(for: timeZone)
    }

    /// The first instant at which the schedule is due that is later than the given one.
    ///
    /// - Returns: nil beyond the year 9999 and after no number, and in the one case in which an expression that
    ///   matches the calendar still never fires: a wildcard job whose every reading is one that the zone skips, such
    ///   as `*/60 2 * 3 7L` in Europe/Paris.
    package func next(after instant: Date) -> Date? { nextFiring(after: instant)?.instant }

    /// As ``next(after:)``, with what a clock change does to the firing.
    package func nextFiring(after instant: Date) -> Firing? {
        guard let second = Self.wholeSecond(instant, rounded: .down) else { return nil }
        return firing(from: second + 1)
    }

    /// The firings later than an instant, in order, each computed when it is asked for.
    package func firings(after instant: Date) -> FiringSequence {
        FiringSequence(schedule: self, next: Self.wholeSecond(instant, rounded: .down).map { $0 + 1 }, end: nil)
    }

    /// The firings from an instant, which is included, until another, which is not.
    package func firings(from start: Date, until end: Date) -> FiringSequence {
        FiringSequence(schedule: self, next: Self.wholeSecond(start, rounded: .up), end: end)
    }

    private static let earliest = CivilDate(year: 1, month: 1, day: 1).dayNumber * 86_400
    private static let latest = CivilDate(year: 10_000, month: 1, day: 1).dayNumber * 86_400

    /// Seconds since 1970; nil for no number and beyond the last year, and the first year's start for all before it.
    private static func wholeSecond(_ instant: Date, rounded rule: FloatingPointRoundingRule) -> Int? {
        let seconds = instant.timeIntervalSince1970.rounded(rule)
        guard seconds < Double(latest) else { return nil }
        return seconds < Double(earliest) ? earliest : Int(seconds)
    }
}

extension CronSchedule: Hashable {
    /// Whether both the text of the expression and the zone are the same.
    package static func == (left: CronSchedule, right: CronSchedule) -> Bool {
        left.expression == right.expression && left.timeZone == right.timeZone
    }

    /// Feeds the expression and the zone to the hasher.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(expression)
        hasher.combine(timeZone)
    }
}

extension CronSchedule {
    /// The first firing at or after a second.
    func firing(from second: Int) -> Firing? {
        let (start, shift) = ZoneClock.folded(second)
        let found = expression.isWildcard ? wildcardFiring(from: start) : fixedFiring(from: start)
        guard let found, found.instant + shift < Self.latest else { return nil }
        let change: Firing.ClockChange =
            switch found.change {
            case .none: .none
            case .jumped(let reading): .movedForward(from: LocalReading(reading + shift))
            case .repeatedLater: expression.isWildcard ? .firstPass : .firstPassOnly
            case .repeated: .secondPass
            }
        return Firing(
            instant: Date(timeIntervalSince1970: Double(found.instant + shift)),
            utcOffset: clock.spans[found.span].offset, clockChange: change)
    }

    private enum Change { case none, jumped(Int), repeatedLater, repeated }
    private typealias Found = (instant: Int, span: Int, change: Change)

    /// Walks span by span, because a span repeats readings of the one before it or leaves some out.
    private func wildcardFiring(from start: Int) -> Found? {
        var index = clock.index(at: start)
        var from = start + clock.spans[index].offset
        guard var reading = nextReading(from: from) else { return nil }
        while true {
            let span = clock.spans[index]
            let instant = reading - span.offset
            if instant < clock.end(ofSpan: index) {
                let change: Change =
                    clock.isRepeatedLater(reading, inSpan: index)
                    ? .repeatedLater : reading < span.reached ? .repeated : .none
                return (instant, index, change)
            }
            index += 1
            let firstReading = clock.spans[index].firstReading
            // Nothing matches between `from` and `reading`: a span that begins there needs no new search.
            if firstReading < from || firstReading > reading {
                guard let found = nextReading(from: firstReading) else { return nil }
                reading = found
            }
            from = firstReading
        }
    }

    /// Goes from reading to reading; each belongs to the instant at which the clock first came to it or jumped it.
    private func fixedFiring(from start: Int) -> Found? {
        var index = clock.index(at: start)
        var span = clock.spans[index]
        var from = start + span.offset
        if from < span.reached {
            from = span.reached  // the second pass of a repeated hour
        } else if start <= Self.firstMinute(of: span), Self.isShortJump(span) {
            from = span.reached  // right after a jump: what it skipped is due now
        }
        while let reading = nextReading(from: from) {
            index = clock.index(reaching: reading, from: index)
            span = clock.spans[index]
            if reading >= span.firstReading {
                let change: Change = clock.isRepeatedLater(reading, inSpan: index) ? .repeatedLater : .none
                return (reading - span.offset, index, change)
            }
            if Self.isShortJump(span) { return (Self.firstMinute(of: span), index, .jumped(reading)) }
            from = span.firstReading
        }
        return nil
    }

    /// Debian's cron makes up for forward changes of less than three hours.
    private static func isShortJump(_ span: ZoneClock.Span) -> Bool {
        // The first span has reached nothing: its `reached` is so low that the difference would overflow.
        span.firstReading > span.reached && span.reached > span.firstReading - 3 * 3600
    }

    /// The first instant of a span at which its clock shows a whole minute.
    private static func firstMinute(of span: ZoneClock.Span) -> Int {
        -(-span.firstReading).flooredQuotient(by: 60) * 60 - span.offset
    }

    /// The first matching whole minute at or after a reading, up to the horizon of the zone's table.
    private func nextReading(from reading: Int) -> Int? {
        let minute = -(-reading).flooredQuotient(by: 60)
        let dayNumber = minute.flooredQuotient(by: 1440)
        let horizon = ZoneClock.horizon / 86_400
        guard let day = expression.days.first(from: dayNumber, through: horizon) else { return nil }
        if day > dayNumber { return day * 86_400 + expression.time.first * 60 }
        if let time = expression.time.first(from: minute - dayNumber * 1440) { return day * 86_400 + time * 60 }
        guard let later = expression.days.first(from: dayNumber + 1, through: horizon) else { return nil }
        return later * 86_400 + expression.time.first * 60
    }
}
