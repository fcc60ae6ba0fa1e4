/// An expression's meaning in French.
struct FrenchSentence {
    let time: TimeShape
    let days: DayShape

    var text: String {
        let when = days.isEveryDay && days.months == nil ? (isAroundTheClock ? "" : ", tous les jours") : dayText
        return timeText + when + "."
    }

    private var isAroundTheClock: Bool {
        if case .minutes(_, .all) = time { true } else { false }
    }
}

// The time of day.
extension FrenchSentence {
    private var timeText: String {
        switch time {
        case .clocks(let clocks):
            return "À \(FrenchWords.list(clocks.map(clock)))"
        case .hourly(let step, let first, let last):
            return "Toutes les \(step == 1 ? "" : "\(step) ")heures, de \(clock(first)) à \(clock(last))"
        case .minutes(.list([0...0]), .all):
            return "Toutes les heures, à l’heure pile"
        case .minutes(let minutes, let hours):
            return minuteText(minutes) + hourText(hours, isInterval: minutes.isInterval)
        }
    }

    private func minuteText(_ minutes: TimeShape.MinuteShape) -> String {
        switch minutes {
        case .every(1): return "Toutes les minutes"
        case .every(let step): return "Toutes les \(step) minutes"
        case .stepped(let step, let first, let last):
            return "Toutes les \(step) minutes de la minute \(first) à la minute \(last)"
        case .list(let runs) where runs.count == 1 && runs[0].count > 1:
            return "Toutes les minutes de la minute \(runs[0].lowerBound) à la minute \(runs[0].upperBound)"
        case .list(let runs):
            let numbers = runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) à \($0.upperBound)" }
            return "\(runs.isSingle ? "À la minute" : "Aux minutes") \(FrenchWords.list(numbers))"
        }
    }

    private func hourText(_ hours: TimeShape.HourShape, isInterval: Bool) -> String {
        switch hours {
        case .all:
            return isInterval ? "" : " de chaque heure"
        case .spans(let spans):
            let isOneHour = spans.count == 1 && spans[0].lowerBound.hour == spans[0].upperBound.hour
            let join = isInterval || isOneHour ? ", " : " de chaque heure, "
            return join + FrenchWords.list(spans.map(span))
        case .stepped(let step, let whole):
            return ", une heure sur \(FrenchWords.cardinal(step)), \(span(whole))"
        }
    }

    private func span(_ span: ClosedRange<ClockReading>) -> String {
        span.lowerBound == span.upperBound
            ? "à \(clock(span.lowerBound))" : "de \(clock(span.lowerBound)) à \(clock(span.upperBound))"
    }

    private func clock(_ reading: ClockReading) -> String { "\(reading.hour) h \(reading.minute.padded(to: 2))" }
}

// The days.
extension FrenchSentence {
    private var dayText: String {
        let dates = days.hasNumbers ? dateText : nil
        let week = days.hasWeekdays ? weekText(withMonths: true) : nil
        switch (dates, week) {
        case (let dates?, .some) where days.needsBoth:
            return ", \(dates), mais seulement \(weekText(withMonths: false))"
        case (let dates?, let week?): return ", \(dates), et aussi \(week)"
        case (let dates?, nil): return ", \(dates)"
        case (nil, let week?): return ", \(week)"
        case (nil, nil): return ", tous les jours \(monthsText ?? "")"
        }
    }

    private var dateText: String {
        if let dates = calendarDates { return FrenchWords.list(dates) }
        var nouns: [String] = []
        switch days.numbers {
        case .list(let runs): nouns += runs.map { days(from: $0.lowerBound, to: $0.upperBound) }
        case .stepped(let step, let first, let last):
            nouns.append("un jour sur \(FrenchWords.cardinal(step)) \(days(from: first, to: last))")
        case nil: break
        }
        let hasNumbers = !nouns.isEmpty
        if days.lastDay { nouns.append("le dernier jour") }
        if days.lastWorkday { nouns.append("le dernier jour de semaine (du lundi au vendredi)") }
        let isNumbersOnly = hasNumbers && !days.lastDay && !days.lastWorkday
        return "\(FrenchWords.list(nouns)) \(ofMonths(afterNumber: isNumbersOnly))"
    }

    /// As in `le 1er janvier et le 1er juillet`.
    private var calendarDates: [String]? {
        guard days.months != nil, !days.lastDay, !days.lastWorkday, case .list(let runs) = days.numbers,
            runs.isSingle, days.months?.allSatisfy({ $0.count == 1 }) == true
        else { return nil }
        return monthNames.map { "\(days(from: runs[0].lowerBound, to: runs[0].lowerBound)) \($0)" }
    }

    private func days(from first: Int, to last: Int) -> String {
        first == last ? "le \(FrenchWords.day(first))" : "du \(FrenchWords.day(first)) au \(FrenchWords.day(last))"
    }

    // After a plain day French wants no preposition: `le 15 février`, but `le dernier jour de février`.
    private func ofMonths(afterNumber: Bool) -> String {
        guard let months = days.months else { return afterNumber ? "de chaque mois" : "du mois" }
        if months.isSingle { return afterNumber ? monthNames[0] : FrenchWords.of(monthNames[0]) }
        if months.contains(where: { $0.count > 1 }) { return "de chaque mois \(monthsText ?? "")" }
        return "des mois \(FrenchWords.of(FrenchWords.list(monthNames)))"
    }

    /// As in `en janvier et juillet` or `de juin à août`.
    private var monthsText: String? {
        guard let months = days.months else { return nil }
        var parts = zip(months, monthNames).filter { $0.0.count > 1 }.map { FrenchWords.of($0.1) }
        let single = zip(months, monthNames).filter { $0.0.count == 1 }.map(\.1)
        if !single.isEmpty { parts.append("en \(FrenchWords.list(single))") }
        return FrenchWords.list(parts)
    }

    private var monthNames: [String] {
        (days.months ?? []).map { run in
            let first = FrenchWords.months[run.lowerBound - 1]
            return run.count == 1 ? first : "\(first) à \(FrenchWords.months[run.upperBound - 1])"
        }
    }

    // The months are left out where they have been said of the days of the month.
    private func weekText(withMonths: Bool) -> String {
        var parts: [String] = []
        for run in days.weekdays ?? [] {
            let first = FrenchWords.weekdays[run.lowerBound]
            parts.append(run.count == 1 ? "le \(first)" : "du \(first) au \(FrenchWords.weekdays[run.upperBound])")
        }
        if !parts.isEmpty, withMonths, let monthsText {
            parts[parts.count - 1] += (monthsText.hasPrefix("en ") ? " " : ", ") + monthsText
        }
        let monthly = days.monthlyWeekdays.map { day in
            let weekday = FrenchWords.weekdays[day.weekday]
            return "le \(day.ordinal.map { FrenchWords.ordinals[$0 - 1] } ?? "dernier") \(weekday)"
        }
        let weekly = FrenchWords.list(parts)
        guard !monthly.isEmpty else { return weekly }
        let inMonth = "\(FrenchWords.list(monthly)) \(withMonths ? ofMonths(afterNumber: false) : "du mois")"
        return weekly.isEmpty ? inMonth : "\(weekly) ainsi que \(inMonth)"
    }
}
