/// Which minutes of a day match.
struct TimeRule: Hashable, Sendable {
    private(set) var minutes = BitSet()
    private(set) var hours = BitSet()

    init(minutes: [CronItem], hours: [CronItem]) {
        self.minutes.insert(minutes)
        self.hours.insert(hours)
    }

    /// The first matching minute of a day, counted from its midnight.
    var first: Int { hours.first * 60 + minutes.first }

    /// The first matching minute of a day that is not before the given one, counted from midnight.
    func first(from minuteOfDay: Int) -> Int? {
        let hour = minuteOfDay / 60
        if hours.contains(hour) {
            let minute = minutes.first(from: minuteOfDay % 60)
            if minute < 60 { return hour * 60 + minute }
        }
        let later = hours.first(from: hour + 1)
        return later < 24 ? later * 60 + minutes.first : nil
    }
}
