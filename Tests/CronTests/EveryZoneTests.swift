import Foundation
import Testing

@testable import Cron

/// A change of clocks of a zone, found by asking Foundation for the offset twice a day and then halving.
private struct ClockJump {
    let instant: Int, before: Int, after: Int

    static let first = CivilDate(year: 2000, month: 1, day: 1).dayNumber * 86_400
    static let last = CivilDate(year: 2038, month: 1, day: 1).dayNumber * 86_400

    static func all(in zone: TimeZone) -> [ClockJump] {
        func offset(_ second: Int) -> Int { zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))) }
        var jumps: [ClockJump] = []
        var (second, known) = (first, offset(first))
        while second < last {
            let next = offset(second + 43_200)
            if next != known {
                var (low, high) = (second, second + 43_200)
                while high - low > 1 {
                    let middle = (low + high) / 2
                    if offset(middle) == known { low = middle } else { high = middle }
                }
                jumps.append(ClockJump(instant: high, before: known, after: next))
            }
            (second, known) = (second + 43_200, next)
        }
        return jumps
    }

    /// One of each kind (so far, at such a time of day), because most years are alike.
    static func kinds(in zone: TimeZone) -> [ClockJump] {
        var seen: Set<[Int]> = []
        return all(in: zone).filter { jump in
            seen.insert([jump.after - jump.before, (jump.instant + jump.before) % 86_400]).inserted
        }
    }
}

@Suite("Every zone that Foundation knows, 2000 to 2037")
struct EveryZoneTests {
    static let zones = TimeZone.knownTimeZoneIdentifiers + ["UTC", "Etc/GMT+5"]

    @Test("the table has every change that Foundation has", arguments: zones)
    func table(_ identifier: String) throws {
        let zone = try #require(TimeZone(identifier: identifier))
        let spans = ZoneClock(zone).spans.filter { (ClockJump.first..<ClockJump.last).contains($0.start) }
        let jumps = ClockJump.all(in: zone)
        #expect(spans.map(\.start) == jumps.map(\.instant))
        #expect(spans.map(\.offset) == jumps.map(\.after))
    }

    @Test(
        "the table still agrees after 400 and 7000 years",
        arguments: ["Europe/Paris", "Africa/Casablanca", "Asia/Gaza"])
    func farFuture(_ identifier: String) throws {
        let zone = try #require(TimeZone(identifier: identifier))
        let clock = ZoneClock(zone)
        for year in [2090, 2101, 2499, 2500, 2501, 2899, 2900, 3333, 9876] {
            let start = CivilDate(year: year, month: 1, day: 1).dayNumber * 86_400
            for second in stride(from: start, to: start + 366 * 86_400, by: 86_400 + 3_601) {
                let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
                let index = clock.index(at: ZoneClock.folded(second).instant)
                #expect(clock.spans[index].offset == offset)
            }
        }
    }

    /// The rules of Debian's cron taken at their word: a walk through the minutes around a change.
    private func walk(_ expression: CronExpression, _ zone: TimeZone, from start: Int, to end: Int) -> [Int] {
        func reading(_ second: Int) -> Int {
            second + zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
        }
        func matches(_ reading: Int) -> Bool {
            let day = reading.flooredQuotient(by: 86_400)
            let minute = (reading - day * 86_400) / 60
            return expression.days.first(from: day, through: day) != nil
                && expression.time.first(from: minute) == minute
        }
        var firings: [Int] = []
        // A whole day and more before the start, so that the highest reading so far is known.
        var reached = reading(start - 60)
        for second in stride(from: start - 2 * 86_400, to: start, by: 60) { reached = max(reached, reading(second)) }
        for second in stride(from: start, to: end, by: 60) {
            let now = reading(second)
            var isDue = matches(now) && (expression.isWildcard || now > reached)
            if !expression.isWildcard, now > reached, now - reached <= 180 * 60 {
                isDue = isDue || stride(from: reached + 60, to: now, by: 60).contains(where: matches)
            }
            if isDue { firings.append(second) }
            reached = max(reached, now)
        }
        return firings
    }

    static let expressions = [
        "*/15 * * * *", "7 */2 * * *", "30 2 * * *", "0 0 * * *", "15,45 0-4,21-23 * * *", "0-59/10 0-23 * * *",
    ]

    @Test("around each kind of change the firings are those of a walk through the minutes", arguments: zones)
    func aroundChanges(_ identifier: String) throws {
        let zone = try #require(TimeZone(identifier: identifier))
        for jump in ClockJump.kinds(in: zone) {
            let margin = abs(jump.after - jump.before) + 3 * 3600
            // Every zone is on whole minutes since 1972.
            let (start, end) = (jump.instant - 3 * 3600, jump.instant + margin)
            for text in Self.expressions {
                let schedule = CronSchedule(try CronExpression(parsing: text), timeZone: zone)
                let firings = schedule.firings(
                    from: Date(timeIntervalSince1970: Double(start)), until: Date(timeIntervalSince1970: Double(end)))
                let expected = walk(schedule.expression, zone, from: start, to: end)
                #expect(
                    firings.map { Int($0.instant.timeIntervalSince1970) } == expected, "\(text) around \(jump.instant)")
            }
        }
    }

    @Test("a firing is the same wherever one starts to look", arguments: zones)
    func everyStart(_ identifier: String) throws {
        let zone = try #require(TimeZone(identifier: identifier))
        for jump in ClockJump.kinds(in: zone).suffix(3) {
            for text in ["*/40 * * * *", "10,50 0-23 * * *"] {
                let schedule = CronSchedule(try CronExpression(parsing: text), timeZone: zone)
                let start = Date(timeIntervalSince1970: Double(jump.instant - 4 * 3600))
                let firings = Array(schedule.firings(after: start).prefix(14))
                var earlier = start
                for firing in firings {
                    #expect(firing.instant > earlier)
                    for instant in stride(from: earlier, to: firing.instant, by: 601) {
                        #expect(schedule.nextFiring(after: instant) == firing)
                    }
                    earlier = firing.instant
                }
            }
        }
    }

    @Test(
        "a daily job fires once for each date that there is, for 38 years",
        arguments: [
            "UTC", "Europe/Paris", "Europe/Dublin", "America/New_York", "America/Sao_Paulo", "America/Havana",
            "Asia/Beirut", "Asia/Gaza", "Africa/Cairo", "Africa/Casablanca", "Australia/Lord_Howe", "Antarctica/Troll",
            "Pacific/Apia", "Pacific/Fakaofo",
        ])
    func daily(_ identifier: String) throws {
        for text in ["30 2 * * *", "0 0 * * *", "45 23 * * *"] {
            let schedule = try schedule(text, identifier)
            let firings = schedule.firings(
                from: Date(timeIntervalSince1970: Double(ClockJump.first + 86_400)),
                until: Date(timeIntervalSince1970: Double(ClockJump.last - 86_400)))
            var (last, missing): (Int?, [String]) = (nil, [])
            for firing in firings {
                var due = firing.reading
                if case .movedForward(let reading) = firing.clockChange { due = reading }
                let day = CivilDate(year: due.year, month: due.month, day: due.day).dayNumber
                for day in (last ?? day - 1) + 1..<day { missing.append("\(CivilDate(dayNumber: day))") }
                last = day
            }
            let skipped = ["Pacific/Apia", "Pacific/Fakaofo"].contains(identifier)
            #expect(missing == (skipped ? ["\(CivilDate(year: 2011, month: 12, day: 30))"] : []))
        }
    }
}
