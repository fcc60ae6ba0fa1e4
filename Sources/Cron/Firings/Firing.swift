package import Foundation

/// An instant at which a schedule is due.
package struct Firing: Hashable, Sendable, CustomStringConvertible {
    /// What a change of clocks does to a firing.
    package enum ClockChange: Hashable, Sendable {
        /// The clock shows this reading once, and the expression names it.
        case none
        /// A fixed-time job: the clock jumped over the (first) reading that was named, and this is right after the jump.
        case movedForward(from: LocalReading)
        /// A fixed-time job: the clock will show this reading again, and the job will not fire then.
        case firstPassOnly
        /// A wildcard job: the clock will show this reading again, and the job will fire again.
        case firstPass
        /// A wildcard job: the clock shows this reading for the second time.
        case secondPass
    }

    /// When the schedule is due; always a whole second.
    package let instant: Date
    /// Seconds east of UTC that the zone's clocks are at this instant.
    package let utcOffset: Int
    /// Whether a change of clocks moved or doubled this firing.
    package let clockChange: ClockChange

    /// What the zone's clocks show at this instant.
    package var reading: LocalReading { LocalReading(Int(instant.timeIntervalSince1970) + utcOffset) }

    /// ISO 8601 with the zone's offset, as in `2026-11-22T02:00:00+01:00`.
    ///
    /// Offsets of the time before zones were introduced have seconds, which are written as well.
    package var description: String {
        let seconds = Int(instant.timeIntervalSince1970) + utcOffset
        let second = seconds - seconds.flooredQuotient(by: 60) * 60
        let time = reading
        let offset = abs(utcOffset)
        // Foundation's own formatting is used on purpose: with `-static-stdlib` the linker drops the data of all named
        // time zones unless a symbol of Foundation proper is called, and TimeZone(identifier:) is then nil.
        let text = String(
            format: "%04d-%02d-%02dT%02d:%02d:%02d%@%02d:%02d", time.year, time.month, time.day, time.hour, time.minute,
            second, utcOffset < 0 ? "-" : "+", offset / 3600, offset / 60 % 60)
        return offset % 60 == 0 ? text : text + ":" + (offset % 60).padded(to: 2)
    }
}
