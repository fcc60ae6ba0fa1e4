/// The events of one calendar, in an order in which those around an instant are found without reading all.
package struct EventCalendar: Hashable, Sendable {
    /// What messages call it: the name of its file.
    package let name: String
    /// Those that happen once, by their first day.
    private let single: [CalendarEvent]
    /// Up to each of ``single``, the last day that one of them reaches.
    private let reached: [Int]
    private let recurring: [CalendarEvent]
    /// By month, from January on, the indices of those of ``recurring`` that can begin in it.
    private let monthly: [[Int]]
    /// The longest reach of ``recurring``, in days.
    private let longest: Int

    package init(name: String, events: [CalendarEvent]) {
        self.name = name
        single = events.filter { $0.recurrence == nil }.sorted { $0.firstDay < $1.firstDay }
        let recurring = events.filter { $0.recurrence != nil }
        self.recurring = recurring
        monthly = (1...12).map { month in
            recurring.indices.filter { recurring[$0].recurrence?.isIn(month: month) == true }
        }
        longest = recurring.map(\.reach).max() ?? 0
        var latest = Int.min
        reached = single.map { event in
            latest = max(latest, event.firstDay + event.reach)
            return latest
        }
    }

    /// All events, those that happen once first.
    package var events: [CalendarEvent] { single + recurring }

    func add(_ days: ClosedRange<Int>, _ zone: ZoneReadings, to pieces: inout BlackoutPieces) {
        var index = firstIndex(after: days.upperBound) - 1
        while index >= 0, reached[index] >= days.lowerBound {
            let event = single[index]
            if event.firstDay + event.reach >= days.lowerBound {
                event.add(on: event.firstDay, zone, to: &pieces)
            }
            index -= 1
        }
        guard !recurring.isEmpty else { return }
        for day in days.lowerBound - longest...days.upperBound {
            let date = CalendarDay(number: day)
            for index in monthly[date.month - 1]
            where day + recurring[index].reach >= days.lowerBound && recurring[index].begins(on: day, date) {
                recurring[index].add(on: day, zone, to: &pieces)
            }
        }
    }

    private func firstIndex(after day: Int) -> Int {
        var (low, high) = (0, single.count)
        while low < high {
            let middle = (low + high) / 2
            if single[middle].firstDay <= day { low = middle + 1 } else { high = middle }
        }
        return low
    }

    package static func == (left: EventCalendar, right: EventCalendar) -> Bool {
        left.name == right.name && left.single == right.single && left.recurring == right.recurring
    }

    /// Feeds little: thousands of events would make a slow key.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(single.count)
        hasher.combine(recurring.count)
    }
}
