import YAMLDocument

/// How long an event lasts: so many days on the clock, and then so many seconds of time.
struct EventLength: Equatable {
    var days = 0
    var seconds = 0

    /// A long single event is odd; a rule that repeats one would have to look back as far.
    static let longest = 36_525
    static let longestRepeated = 366

    /// Whole days that are at least as long.
    var ceiling: Int { days + (seconds + 86_399) / 86_400 }

    /// The length that DTEND or DURATION give, or RFC 5545 where neither is there: a day for a date, nothing for a time.
    static func read(
        from start: CalendarTime, _ startLine: ContentLine, until end: CalendarTime?, _ endLine: ContentLine?,
        duration: ContentLine?
    ) throws(YAMLMistake) -> EventLength {
        var length = nothing
        if let duration {
            guard endLine == nil else {
                throw duration.mistake("an event has 'DTEND' or 'DURATION', not both; remove one")
            }
            length = try parse(duration)
            if case .day = start, length.seconds != 0 || length.days == 0 {
                throw duration.mistake("an event that begins on a date lasts whole days, such as P1D")
            }
        } else if let end, let endLine {
            length = try between(start, end, endLine)
        } else if case .day = start {
            length.days = 1
        }
        guard length.ceiling <= longest else {
            throw (duration ?? endLine ?? startLine).mistake("an event lasts at most 100 years here")
        }
        return length
    }

    private static func between(
        _ start: CalendarTime, _ end: CalendarTime, _ line: ContentLine
    ) throws(YAMLMistake) -> EventLength {
        var length = nothing
        switch (start, end) {
        case (.day(let first), .day(let after)):
            length.days = after - first
            guard length.days > 0 else {
                throw line.mistake("the event ends before it begins: 'DTEND' is the day after its last")
            }
        case (.local(let first), .local(let after)): length.seconds = after - first
        case (.zoned, .zoned): length.seconds = (end.instant ?? 0) - (start.instant ?? 0)
        default:
            throw line.mistake("'DTEND' is \(end.sort), but 'DTSTART' is \(start.sort); they must be of one sort")
        }
        guard length.seconds >= 0 else { throw line.mistake("the event ends before it begins") }
        return length
    }

    /// Reads `P1D`, `P2W`, `PT1H30M` or `P1DT12H`.
    private static func parse(_ line: ContentLine) throws(YAMLMistake) -> EventLength {
        let wrong = line.mistake(
            "\(excerpt(String(line.value))) is no length of time; write P1D, P2W, PT1H30M or P1DT12H")
        var rest = line.value
        if rest.first == "+" { rest.removeFirst() }
        guard rest.first == "P", rest.count > 2 else { throw wrong }
        rest.removeFirst()
        var length = EventLength()
        var isTime = false
        while let first = rest.first {
            if first == "T", !isTime, rest.count > 1 {
                isTime = true
                rest.removeFirst()
                continue
            }
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            guard (1...6).contains(digits.count), let number = Int(digits) else { throw wrong }
            rest = rest[digits.endIndex...]
            switch (rest.popFirst(), isTime) {
            case ("W", false): length.days += number * 7
            case ("D", false): length.days += number
            case ("H", true): length.seconds += number * 3600
            case ("M", true): length.seconds += number * 60
            case ("S", true): length.seconds += number
            default: throw wrong
            }
        }
        return length
    }

    static let nothing = EventLength()
}
