import Foundation

/// What the clocks of one time zone show, as a table: a look-up takes a few nanoseconds.
///
/// Seconds are counted from 1970-01-01: of *instants* in UTC, of *readings* as if the local clock showed UTC.
struct ZoneClock: Sendable {
    /// A stretch of time with one offset, between two changes of the clocks.
    struct Span {
        /// The instant from which the offset holds.
        let start: Int
        /// Seconds east of UTC.
        let offset: Int
        /// The reading that the clock had come to when the span began: it has shown everything before, or jumped it.
        let reached: Int

        /// The first reading of the span: above ``reached`` the clock jumped forward, below it went back.
        var firstReading: Int { start + offset }
    }

    /// In ascending order, with ascending ``Span/reached``; the first has no true beginning.
    let spans: [Span]

    /// The calendar repeats after 400 years, to the weekday.
    static let cycle = CivilDate.daysInCycle * 86_400
    /// From here on zones have only yearly rules (Morocco's table of Ramadans ends in 2087), so they repeat as well.
    private static let periodicStart = CivilDate(year: 2100, month: 1, day: 1).dayNumber * 86_400
    /// The table is true up to here: 400 years beyond the last start that ``folded(_:)`` returns.
    static let horizon = periodicStart + 2 * cycle
    private static let beginning = CivilDate(year: -400, month: 1, day: 1).dayNumber * 86_400

    /// Reads the changes of a zone from Foundation.
    init(_ zone: TimeZone) {
        var changes = Self.changes(of: zone, until: Self.periodicStart + Self.cycle)
        let repeated = changes.filter { $0.start >= Self.periodicStart }
        changes += repeated.map { (start: $0.start + Self.cycle, offset: $0.offset) }
        var spans: [Span] = []
        spans.reserveCapacity(changes.count)
        var reached = Int.min
        for (start, offset) in changes {
            if let last = spans.last { reached = max(reached, start + last.offset) }
            spans.append(Span(start: start, offset: offset, reached: reached))
        }
        self.spans = spans
    }

    private static func changes(of zone: TimeZone, until end: Int) -> [(start: Int, offset: Int)] {
        func offset(_ instant: Date) -> Int { zone.secondsFromGMT(for: instant) }
        var instant = Date(timeIntervalSince1970: Double(beginning))
        var changes = [(start: beginning, offset: offset(instant))]
        // Foundation lists every change, not only those of summer time; some change the name and not the offset.
        while let next = zone.nextDaylightSavingTimeTransition(after: instant), next > instant,
            next.timeIntervalSince1970 < Double(end)
        {
            instant = next
            let newOffset = offset(next)
            if newOffset != changes[changes.count - 1].offset {
                changes.append((Int(next.timeIntervalSince1970), newOffset))
            }
        }
        return changes
    }

    /// The index of the span that holds an instant.
    func index(at instant: Int) -> Int {
        var (low, high) = (0, spans.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if spans[middle].start <= instant { low = middle } else { high = middle }
        }
        return low
    }

    /// The index of the span in which the clock first came to a reading or jumped over it, from a known one onwards.
    func index(reaching reading: Int, from known: Int) -> Int {
        var (low, high) = (known, min(known + 2, spans.count))
        while high < spans.count, spans[high].reached <= reading {
            (low, high) = (high, min(high + 2 * (high - low), spans.count))
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if spans[middle].reached <= reading { low = middle } else { high = middle }
        }
        return low
    }

    /// The instant at which the span ends.
    func end(ofSpan index: Int) -> Int { index + 1 < spans.count ? spans[index + 1].start : .max }

    /// Whether the span's clock will show a reading that it shows again after the next change.
    func isRepeatedLater(_ reading: Int, inSpan index: Int) -> Bool {
        index + 1 < spans.count && spans[index + 1].firstReading <= reading
    }

    /// An instant of the table at which everything is as at the given one, and the seconds between the two.
    static func folded(_ instant: Int) -> (instant: Int, shift: Int) {
        guard instant >= periodicStart + cycle else { return (instant, 0) }
        let shift = (instant - periodicStart) / cycle * cycle
        return (instant - shift, shift)
    }
}

extension ZoneClock {
    /// The clock of a zone, read once in a process: reading takes up to a millisecond.
    static func shared(for zone: TimeZone) -> ZoneClock { cache.clock(for: zone) }

    private static let cache = Cache()

    private final class Cache: Sendable {
        private let lock = NSLock()
        // Touched only while the lock is held; Synchronization's Mutex would be a second import for one dictionary.
        private nonisolated(unsafe) var clocks: [String: ZoneClock] = [:]

        func clock(for zone: TimeZone) -> ZoneClock {
            lock.withLock {
                if let clock = clocks[zone.identifier] { return clock }
                let clock = ZoneClock(zone)
                clocks[zone.identifier] = clock
                return clock
            }
        }
    }
}
