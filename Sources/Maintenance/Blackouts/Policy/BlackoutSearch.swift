import Foundation

/// Finds the blackouts around an instant, by going from window to window.
struct BlackoutSearch {
    let windows: [BlackoutWindow]
    let zone: ZoneReadings

    private static let furthest = Int(BlackoutPolicy.furthest)
    private static let earliest = -0x8000_0000  // 1901

    func blackout(at instant: Date) -> Blackout? {
        Self.seconds(instant).flatMap(blackout(at:))
    }

    func blackouts(from start: Date, until end: Date) -> [Blackout] {
        let limits = Double(Self.earliest)...Double(ZoneReadings.horizon)
        guard start < end, start.timeIntervalSince1970 < limits.upperBound,
            end.timeIntervalSince1970 > limits.lowerBound
        else { return [] }
        let from = Int(max(start.timeIntervalSince1970, limits.lowerBound).rounded(.down))
        let until = Int(min(end.timeIntervalSince1970, limits.upperBound).rounded(.up))
        var found: [Blackout] = []
        var reached = Date.distantPast
        for piece in pieces(touching: from...until).sorted(by: { $0.time.lowerBound < $1.time.lowerBound })
        where piece.time.upperBound > from && piece.time.lowerBound < until {
            let instant = max(piece.time.lowerBound, from)
            guard Date(instant) >= reached, let blackout = blackout(at: instant) else { continue }
            reached = blackout.end
            found.append(blackout)
        }
        return found
    }

    /// The latest instant before a blackout from which so much time is free; nil where there is none near the firing.
    func latestStart(before blackout: Blackout, of nominal: Date, leadTime: TimeInterval) -> Date? {
        guard leadTime < BlackoutPolicy.furthest else { return nil }  // not for no number either
        let lead = Int(max(leadTime, 1).rounded(.up))
        var end = Int(blackout.start.timeIntervalSince1970)
        let earliest = Int(nominal.timeIntervalSince1970) - Self.furthest
        while end - lead >= earliest {
            let start = end - lead
            let obstacle = pieces(touching: start...end)
                .filter { $0.time.lowerBound < end && $0.time.upperBound > start }
                .map(\.time.lowerBound).max()
            guard let obstacle, let before = self.blackout(at: obstacle) else { return Date(start) }
            end = Int(before.start.timeIntervalSince1970)
        }
        return nil
    }

    // MARK: Growing

    private func blackout(at instant: Int) -> Blackout? {
        var parts = pieces(touching: instant...instant).filter { $0.time.contains(instant) }
        guard let one = parts.first else { return nil }
        var time = parts.reduce(one.time) { $0.union($1.time) }
        // Each step goes to the furthest end of what covers or touches the end so far.
        while time.upperBound - instant < Self.furthest {
            let end = time.upperBound
            let further = pieces(touching: end...end).filter { $0.time.upperBound > end }
            guard !further.isEmpty else { break }
            time = further.reduce(time) { $0.union($1.time) }
            parts += further
        }
        while instant - time.lowerBound < Self.furthest {
            let start = time.lowerBound
            let earlier = pieces(touching: start...start).filter { $0.time.lowerBound < start }
            guard !earlier.isEmpty else { break }
            time = earlier.reduce(time) { $0.union($1.time) }
            parts += earlier
        }
        return Blackout(
            start: Date(time.lowerBound), end: Date(time.upperBound), label: Self.label(of: parts),
            isEndless: time.upperBound - instant >= Self.furthest)
    }

    /// The windows by their first appearance, beginning with those that the instant is in.
    private static func label(of parts: [BlackoutPieces.Piece]) -> String {
        var labels: [String] = []
        var seen: Set<String> = []
        for part in parts where seen.insert(part.label).inserted { labels.append(part.label) }
        let shown = labels.prefix(3).joined(separator: "; ")
        return labels.count > 3 ? "\(shown); and \(labels.count - 3) more" : shown
    }

    private func pieces(touching range: ClosedRange<Int>) -> [BlackoutPieces.Piece] {
        BlackoutPieces(of: windows, touching: range, in: zone).pieces
    }

    /// Nil for no number and for what nobody schedules.
    private static func seconds(_ instant: Date) -> Int? {
        let seconds = instant.timeIntervalSince1970.rounded(.down)
        guard seconds >= Double(earliest), seconds < Double(ZoneReadings.horizon) else { return nil }
        return Int(seconds)
    }
}

extension Range<Int> {
    fileprivate func union(_ other: Range<Int>) -> Range<Int> {
        Swift.min(lowerBound, other.lowerBound)..<Swift.max(upperBound, other.upperBound)
    }
}

extension Date {
    fileprivate init(_ seconds: Int) { self.init(timeIntervalSince1970: Double(seconds)) }
}
