/// An expression's meaning in English.
struct EnglishSentence {
    let time: TimeShape
    let days: DayShape

    var text: String {
        let when = days.isEveryDay && days.months == nil ? (isAroundTheClock ? "" : ", every day") : dayText
        return timeText + when + "."
    }

    private var isAroundTheClock: Bool {
        if case .minutes(_, .all) = time { true } else { false }
    }
}

// The time of day.
extension EnglishSentence {
    private var timeText: String {
        switch time {
        case .clocks(let clocks):
            return "At \(EnglishWords.list(clocks.map(clock)))"
        case .hourly(let step, let first, let last):
            return "Every \(step == 1 ? "hour" : "\(step) hours") from \(clock(first)) to \(clock(last))"
        case .minutes(.list([0...0]), .all):
            return "Every hour, on the hour"
        case .minutes(let minutes, let hours):
            return minuteText(minutes) + hourText(hours, isInterval: minutes.isInterval)
        }
    }

    private func minuteText(_ minutes: TimeShape.MinuteShape) -> String {
        switch minutes {
        case .every(1): "Every minute"
        case .every(let step): "Every \(step) minutes"
        case .stepped(let step, let first, let last): "Every \(step) minutes from minute \(first) to minute \(last)"
        case .list(let runs) where runs.count == 1 && runs[0].count > 1:
            "Every minute from minute \(runs[0].lowerBound) to minute \(runs[0].upperBound)"
        case .list(let runs):
            "At \(runs.isSingle ? "minute" : "minutes") \(EnglishWords.list(runs.map { numbers($0) }))"
        }
    }

    private func hourText(_ hours: TimeShape.HourShape, isInterval: Bool) -> String {
        switch hours {
        case .all:
            return isInterval ? "" : " of every hour"
        case .spans(let spans):
            let isOneHour = spans.count == 1 && spans[0].lowerBound.hour == spans[0].upperBound.hour
            let join = isInterval ? " " : isOneHour ? ", " : " of each hour, "
            return join + EnglishWords.list(spans.map(span))
        case .stepped(let step, let whole):
            return " \(isInterval ? "in" : "of") every \(EnglishWords.ordinal(step)) hour, \(span(whole))"
        }
    }

    private func span(_ span: ClosedRange<ClockReading>) -> String {
        span.lowerBound == span.upperBound
            ? "at \(clock(span.lowerBound))" : "from \(clock(span.lowerBound)) to \(clock(span.upperBound))"
    }

    private func clock(_ reading: ClockReading) -> String {
        "\(reading.hour.padded(to: 2)):\(reading.minute.padded(to: 2))"
    }

    private func numbers(_ run: ClosedRange<Int>) -> String {
        run.count == 1 ? "\(run.lowerBound)" : "\(run.lowerBound) to \(run.upperBound)"
    }
}

// The days.
extension EnglishSentence {
    /// With the comma or blank that joins it to the time.
    private var dayText: String {
        let dates = days.hasNumbers ? dateText : nil
        let week = days.hasWeekdays ? weekText : nil
        switch (dates, week) {
        case (let dates?, let week?) where days.needsBoth:
            return join(dates) + ", but only \(weekText(withMonths: false) ?? week)"
        case (let dates?, let week?): return join(dates) + ", and also \(week)"
        case (let dates?, nil): return join(dates)
        case (nil, let week?): return join(week)
        case (nil, nil): return ", every day \(monthsText ?? "")"
        }
    }

    private func join(_ text: String) -> String { (text.hasPrefix("on ") ? " " : ", ") + text }

    private var dateText: String {
        if let dates = calendarDates { return "on \(EnglishWords.list(dates))" }
        var nouns: [String] = []
        switch days.numbers {
        case .list(let runs) where !runs.isEmpty:
            nouns.append((runs.isSingle ? "day " : "days ") + EnglishWords.list(runs.map { numbers($0) }))
        case .stepped(let step, let first, let last):
            nouns.append("every \(EnglishWords.ordinal(step)) day from day \(first) to day \(last)")
        default: break
        }
        if days.lastDay { nouns.append("the last day") }
        if days.lastWorkday { nouns.append("the last weekday (Monday to Friday)") }
        return "on \(EnglishWords.list(nouns)) \(ofMonths)"
    }

    /// As in `1 January and 1 July`.
    private var calendarDates: [String]? {
        guard let months = days.months, !days.lastDay, !days.lastWorkday,
            case .list(let runs) = days.numbers, runs.isSingle, months.allSatisfy({ $0.count == 1 })
        else { return nil }
        return months.map { "\(runs[0].lowerBound) \(EnglishWords.months[$0.lowerBound - 1])" }
    }

    private var ofMonths: String {
        guard let months = days.months else { return "of the month" }
        if months.isSingle { return "of \(EnglishWords.months[months[0].lowerBound - 1])" }
        let isRun = months.contains { $0.count > 1 }
        return isRun ? "of each month \(monthsText ?? "")" : "of \(EnglishWords.list(monthNames))"
    }

    /// As in `in January and July` or `from June to August`.
    private var monthsText: String? {
        guard let months = days.months else { return nil }
        var parts = zip(months, monthNames).filter { $0.0.count > 1 }.map { "from \($0.1)" }
        let single = zip(months, monthNames).filter { $0.0.count == 1 }.map(\.1)
        if !single.isEmpty { parts.append("in \(EnglishWords.list(single))") }
        return EnglishWords.list(parts)
    }

    private var monthNames: [String] {
        (days.months ?? []).map { run in
            let first = EnglishWords.months[run.lowerBound - 1]
            return run.count == 1 ? first : "\(first) to \(EnglishWords.months[run.upperBound - 1])"
        }
    }

    private var weekText: String? { weekText(withMonths: true) }

    // The months are left out where they have been said of the days of the month.
    private func weekText(withMonths: Bool) -> String? {
        var parts: [String] = []
        let runs = days.weekdays ?? []
        parts += runs.filter { $0.count > 1 }.map { "\(weekday($0.lowerBound)) to \(weekday($0.upperBound))" }
        let single = runs.filter { $0.count == 1 }.map { "\(weekday($0.lowerBound))s" }
        if !single.isEmpty { parts.append("on \(EnglishWords.list(single))") }
        if !parts.isEmpty, withMonths, let monthsText {
            parts[parts.count - 1] += (single.isEmpty ? ", " : " ") + monthsText
        }
        let monthly = days.monthlyWeekdays.map { day in
            "the \(day.ordinal.map(EnglishWords.ordinal) ?? "last") \(weekday(day.weekday))"
        }
        let weekly = EnglishWords.list(parts)
        guard !monthly.isEmpty else { return weekly }
        let inMonth = "on \(EnglishWords.list(monthly)) \(withMonths ? ofMonths : "of the month")"
        return weekly.isEmpty ? inMonth : "\(weekly) as well as \(inMonth)"
    }

    private func weekday(_ fromMonday: Int) -> String { EnglishWords.weekdays[(fromMonday + 1) % 7] }
}

extension TimeShape.MinuteShape {
    /// Whether it goes on through the hours, as in "every 15 minutes".
    var isInterval: Bool {
        if case .every = self { true } else { false }
    }
}

extension DayShape {
    var hasNumbers: Bool { numbers != nil }
    var hasWeekdays: Bool { weekdays != nil }
    var isEveryDay: Bool { !hasNumbers && !hasWeekdays }
}

extension [ClosedRange<Int>] {
    /// Whether one number is meant.
    var isSingle: Bool { count == 1 && self[0].count == 1 }
}
