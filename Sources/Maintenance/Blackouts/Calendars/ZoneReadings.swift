package import Foundation
import Synchronization

/// Which instants are those at which the clocks of a time zone show something.
///
/// Seconds are counted from 1970-01-01: of *instants* in UTC, of *readings* as if the local clock showed UTC. The changes
/// of a zone are read from Foundation up to the year 2200; after that its clocks are taken not to change.
package final class ZoneReadings: Sendable {
    private struct Span {
        let start: Int
        /// Seconds east of UTC.
        let offset: Int
    }

    /// By start; the first has no true beginning.
    private let spans: [Span]

    /// The clocks of a zone, read once in a process: reading takes up to a millisecond.
    package static func shared(for zone: TimeZone) -> ZoneReadings {
        cache.withLock { known in
            if let readings = known[zone.identifier] { return readings }
            let readings = ZoneReadings(zone)
            known[zone.identifier] = readings
            return readings
        }
    }

    private static let cache = Mutex<[String: ZoneReadings]>([:])
    /// No date that a blackout could matter for is later.
    package static let horizon = 7_258_118_400  // 2200-01-01

    init(_ zone: TimeZone) {
        var instant = Date(timeIntervalSince1970: -0x1p31)  // 1901
        var spans = [Span(start: .min / 4, offset: zone.secondsFromGMT(for: instant))]
        while let next = zone.nextDaylightSavingTimeTransition(after: instant), next > instant,
            next.timeIntervalSince1970 < Double(Self.horizon)
        {
            instant = next
            let offset = zone.secondsFromGMT(for: next)
            // Some changes are of the zone's name only.
            if offset != spans[spans.count - 1].offset {
                spans.append(Span(start: Int(next.timeIntervalSince1970), offset: offset))
            }
        }
        self.spans = spans
    }

    /// What the clocks show at an instant.
    package func reading(at instant: Int) -> Int { instant + spans[index(at: instant)].offset }

    /// The instant at which a clock shows a reading, as RFC 5545 has it in section 3.3.5.
    ///
    /// Of a repeated reading it is the first; a skipped one is read with the offset before the jump.
    package func instant(of reading: Int) -> Int {
        var index = index(at: reading - Self.slack)
        while reading - spans[index].offset >= end(ofSpan: index) { index += 1 }
        let instant = reading - spans[index].offset
        guard instant < spans[index].start, index > 0 else { return instant }
        return reading - spans[index - 1].offset
    }

    /// Calls `body` with each stretch of time in which the clocks show a reading of the range.
    ///
    /// There is none for readings that are skipped, and there are two for a quarter of an hour that is repeated.
    package func forEachStretch(showing readings: Range<Int>, _ body: (Range<Int>) -> Void) {
        guard !readings.isEmpty else { return }
        var index = index(at: readings.lowerBound - Self.slack)
        var open: Range<Int>?
        while index < spans.count, spans[index].start < readings.upperBound + Self.slack {
            let start = max(readings.lowerBound - spans[index].offset, spans[index].start)
            let end = min(readings.upperBound - spans[index].offset, end(ofSpan: index))
            index += 1
            guard start < end else { continue }
            if let before = open, before.upperBound == start {
                open = before.lowerBound..<end
            } else {
                if let open { body(open) }
                open = start..<end
            }
        }
        if let open { body(open) }
    }

    /// No clock is further from UTC.
    private static let slack = 86_400

    private func end(ofSpan index: Int) -> Int { index + 1 < spans.count ? spans[index + 1].start : .max }

    private func index(at instant: Int) -> Int {
        var (low, high) = (0, spans.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if spans[middle].start <= instant { low = middle } else { high = middle }
        }
        return low
    }
}
