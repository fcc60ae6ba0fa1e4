/// A time of day.
struct ClockReading: Hashable {
    let hour: Int, minute: Int
}

/// The times of a day as people would group them, whatever way they were written.
enum TimeShape: Hashable {
    case clocks([ClockReading])
    /// Once an hour or every so many hours, from one time to another.
    case hourly(step: Int, from: ClockReading, to: ClockReading)
    /// Certain minutes within certain hours.
    case minutes(MinuteShape, HourShape)

    enum MinuteShape: Hashable {
        /// Every so many minutes, from the first time of an hour shape to its last.
        case every(Int)
        /// Every so many minutes, from one minute of the hour to another.
        case stepped(Int, from: Int, to: Int)
        case list([ClosedRange<Int>])
    }

    enum HourShape: Hashable {
        case all
        /// From the first time to the last of each run of hours.
        case spans([(ClosedRange<ClockReading>)])
        /// Every so many hours, from the first time to the last.
        case stepped(Int, ClosedRange<ClockReading>)
    }

    init(_ rule: TimeRule) {
        let (minutes, hours) = (rule.minutes, rule.hours)
        func span(_ first: Int, _ last: Int) -> ClosedRange<ClockReading> {
            ClockReading(hour: first, minute: minutes.first)...ClockReading(hour: last, minute: minutes.last)
        }
        let whole = span(hours.first, hours.last)
        if minutes.count == 1, hours.count < 24, let step = hours.step(atLeast: 4) {
            self = .hourly(step: step, from: whole.lowerBound, to: whole.upperBound)
        } else if minutes.count * hours.count <= 6 || minutes.count == 1 && hours.count <= 12 {
            self = .clocks(
                hours.members.flatMap { hour in minutes.members.map { ClockReading(hour: hour, minute: $0) } })
        } else if hours.count == 1, let step = minutes.step(atLeast: 4) {
            self = .minutes(.every(step), .spans([whole]))
        } else if hours.count == 24 {
            self = .minutes(MinuteShape(minutes), .all)
        } else if let step = hours.step(atLeast: 4), step > 1 {
            self = .minutes(MinuteShape(minutes), .stepped(step, whole))
        } else {
            let spans = hours.runs(atLeast: 1).map { span($0.lowerBound, $0.upperBound) }
            self = .minutes(MinuteShape(minutes), .spans(spans))
        }
    }
}

extension TimeShape.MinuteShape {
    fileprivate init(_ minutes: BitSet) {
        if let step = minutes.step(atLeast: 2), minutes.first == 0, 60 - minutes.last == step {
            self = .every(step)
        } else if let step = minutes.step(atLeast: 5), step > 1 {
            self = .stepped(step, from: minutes.first, to: minutes.last)
        } else {
            self = .list(minutes.runs(atLeast: 3))
        }
    }
}

extension ClockReading: Comparable {
    static func < (left: ClockReading, right: ClockReading) -> Bool {
        (left.hour, left.minute) < (right.hour, right.minute)
    }
}

/// The days as people would group them.
struct DayShape: Hashable {
    enum Numbers: Hashable {
        case list([ClosedRange<Int>])
        /// Every so many days from one day of the month to another.
        case stepped(Int, from: Int, to: Int)
    }

    /// Days of the month by number; nil where the expression does not restrict them.
    let numbers: Numbers?
    let lastDay: Bool
    let lastWorkday: Bool
    /// Weekdays of every week, from Monday as 0, or nil where they are not restricted.
    let weekdays: [ClosedRange<Int>]?
    /// The weekday (0 is Monday) as the nth of its month, or as the last where the ordinal is nil.
    let monthlyWeekdays: [MonthlyWeekday]
    let needsBoth: Bool
    /// 1 to 12; nil where every month is meant.
    let months: [ClosedRange<Int>]?

    struct MonthlyWeekday: Hashable {
        let weekday: Int, ordinal: Int?
    }

    init(_ rule: DayRule) {
        // Where one of two is enough and that one names every day, or both are needed and this one names every day,
        // this one says nothing.
        let everyDay = rule.hasEveryDay || !rule.needsBoth && rule.hasEveryWeekday
        let everyWeekday = rule.hasEveryWeekday || !rule.needsBoth && rule.hasEveryDay
        if everyDay {
            numbers = nil
        } else if let step = rule.days.step(atLeast: 5), step > 1 {
            numbers = .stepped(step, from: rule.days.first, to: rule.days.last)
        } else {
            numbers = .list(rule.days.runs(atLeast: 3))
        }
        lastDay = !everyDay && rule.lastDay
        lastWorkday = !everyDay && rule.lastWorkday
        let fromMonday = BitSet(bits: rule.weekdays.bits >> 1 | (rule.weekdays.bits & 1) << 6)
        weekdays = everyWeekday ? nil : fromMonday.runs(atLeast: 3)
        let ordinals = rule.ordinalWeekdays.members.map {
            MonthlyWeekday(weekday: ($0 % 8 + 6) % 7, ordinal: $0 / 8 + 1)
        }
        let lasts = rule.lastWeekdays.members.map { MonthlyWeekday(weekday: ($0 + 6) % 7, ordinal: nil) }
        monthlyWeekdays = everyWeekday ? [] : ordinals + lasts
        needsBoth = rule.needsBoth
        months = rule.hasEveryMonth ? nil : rule.months.runs(atLeast: 3)
    }
}

extension BitSet {
    /// Neighbours together where there are at least so many of them, all others alone.
    func runs(atLeast shortest: Int) -> [ClosedRange<Int>] {
        var runs: [ClosedRange<Int>] = []
        for member in members {
            if let run = runs.last, run.upperBound == member - 1 {
                runs[runs.count - 1] = run.lowerBound...member
            } else {
                runs.append(member...member)
            }
        }
        return runs.flatMap { run in run.count >= shortest ? [run] : run.map { $0...$0 } }
    }

    /// The distance between neighbours, where it is the same throughout and there are enough members.
    func step(atLeast shortest: Int) -> Int? {
        let members = members
        guard members.count >= shortest, members.count > 1 else { return nil }
        let step = members[1] - members[0]
        return zip(members, members.dropFirst()).allSatisfy { $1 - $0 == step } ? step : nil
    }
}
