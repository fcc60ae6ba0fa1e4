/// A rule for times at which a checklist does not run.
package enum BlackoutWindow: Hashable, Sendable {
    case weekly(WeeklyWindow)
    case dates(DateWindow)
    /// Every event of a calendar.
    case calendar(EventCalendar)

    /// Adds all that can touch some days, given by their numbers, and perhaps more.
    func add(_ days: ClosedRange<Int>, _ zone: ZoneReadings, to pieces: inout BlackoutPieces) {
        switch self {
        case .weekly(let window): window.add(days, zone, to: &pieces)
        case .dates(let window): window.add(days, zone, to: &pieces)
        case .calendar(let calendar): calendar.add(days, zone, to: &pieces)
        }
    }
}

/// The stretches of time that windows make of a few days; only those that touch a range are kept.
struct BlackoutPieces {
    struct Piece {
        /// Instants in seconds since 1970.
        let time: Range<Int>
        let label: String
    }

    private let range: ClosedRange<Int>
    private(set) var pieces: [Piece] = []

    /// All that touches a range of instants, be it with its end.
    init(of windows: [BlackoutWindow], touching range: ClosedRange<Int>, in zone: ZoneReadings) {
        self.range = range
        // A day to either side: what the clocks show is never further from UTC.
        let days = range.lowerBound.floored(by: 86_400) - 1...range.upperBound.floored(by: 86_400) + 1
        for window in windows { window.add(days, zone, to: &self) }
    }

    mutating func add(_ time: Range<Int>, _ label: String) {
        guard time.lowerBound <= range.upperBound, time.upperBound >= range.lowerBound else { return }
        pieces.append(Piece(time: time, label: label))
    }
}
