import Maintenance
import YAMLDocument

/// What a VEVENT came to.
struct ReadEvent {
    var uid: String?
    /// The occurrence of another event that this one replaces.
    var replaces: CalendarTime?
    /// Where messages about ``replaces`` point.
    var replacesLine: ContentLine?
    /// When its first occurrence begins.
    let start: CalendarTime
    /// The event, and one for each date that it names in addition; none where it was cancelled or takes no time.
    var events: [CalendarEvent] = []

    /// Leaves out the occurrences that begin at some readings of the event's clock.
    mutating func remove(_ readings: Set<Int>) {
        events.removeAll { $0.recurrence == nil && readings.contains($0.start) }
        for index in events.indices where events[index].recurrence != nil {
            let timeOfDay = events[index].start.modulo(86_400)
            for reading in readings where reading.modulo(86_400) == timeOfDay {
                events[index].excluded.insert(reading.floored(by: 86_400))
            }
        }
    }
}

/// Reads the properties of one VEVENT.
struct EventReader {
    /// The name of the calendar, with which labels begin.
    let calendar: String
    private(set) var times = CalendarTimeReader()
    private(set) var budget = 20_000_000

    /// The properties that say when an event is; all others are left alone.
    static let names: Set = [
        "UID", "SUMMARY", "STATUS", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE",
        "RECURRENCE-ID",
    ]
    /// Those that an event may have more than once.
    private static let lists: Set = ["RDATE", "EXDATE", "SUMMARY"]

    init(calendar: String) { self.calendar = calendar }

    /// - Throws: the first mistake; `begin` is where a missing property is missed.
    mutating func read(_ lines: [ContentLine], begin: SourcePosition) throws(YAMLMistake) -> ReadEvent {
        var properties: [String: [ContentLine]] = [:]
        for line in lines {
            if properties[line.name] != nil, !Self.lists.contains(line.name) {
                throw line.mistake("the event has a second '\(line.name)'; only one is supported")
            }
            properties[line.name, default: []].append(line)
        }
        if let line = properties["EXRULE"]?.first {
            throw line.mistake("'EXRULE' is not supported; write the days as 'EXDATE'")
        }
        guard let startLine = properties["DTSTART"]?.first else {
            throw YAMLMistake(at: begin, "the event has no 'DTSTART'")
        }
        let start = try times.time(of: startLine)
        var event = ReadEvent(uid: properties["UID"]?.first.map { String($0.value) }, start: start)
        try readReplaced(properties["RECURRENCE-ID"]?.first, &event)
        let isCancelled = properties["STATUS"]?.first?.value.uppercased() == "CANCELLED"
        let length = try length(properties, start, startLine)
        guard !isCancelled else { return event }
        event.events = try events(properties, start, length)
        try exclude(properties["EXDATE"] ?? [], &event)
        if length == EventLength.nothing { event.events = [] }
        return event
    }

    private mutating func length(
        _ properties: [String: [ContentLine]], _ start: CalendarTime, _ startLine: ContentLine
    ) throws(YAMLMistake) -> EventLength {
        let endLine = properties["DTEND"]?.first
        var end: CalendarTime?
        if let endLine { end = try times.time(of: endLine) }
        let duration = properties["DURATION"]?.first
        let length = try EventLength.read(from: start, startLine, until: end, endLine, duration: duration)
        guard properties["RRULE"] == nil || length.ceiling <= EventLength.longestRepeated else {
            throw (duration ?? endLine ?? startLine).mistake("a repeated event lasts at most 366 days here")
        }
        return length
    }

    private mutating func readReplaced(_ line: ContentLine?, _ event: inout ReadEvent) throws(YAMLMistake) {
        guard let line else { return }
        guard line.parameter("RANGE") == nil else {
            throw line.mistake("'RECURRENCE-ID' with 'RANGE' is not supported; end the old event and write a new one")
        }
        event.replaces = try times.time(of: line)
        event.replacesLine = line
    }

    private mutating func events(
        _ properties: [String: [ContentLine]], _ start: CalendarTime, _ length: EventLength
    ) throws(YAMLMistake) -> [CalendarEvent] {
        let label = "\(calendar): \(Self.title(properties["SUMMARY"]?.first?.value ?? "", start))"
        var first = CalendarEvent(
            label: label, clock: start.clock, start: start.reading, days: length.days, seconds: length.seconds)
        if let rule = properties["RRULE"]?.first {
            first.recurrence = try RecurrenceReader(rule, start: start).read(budget: &budget)
        }
        var events = [first]
        for line in properties["RDATE"] ?? [] {
            for time in try times.times(of: line) {
                guard let reading = time.reading(likeThatOf: start) else {
                    throw line.mistake("'RDATE' has \(time.sort), but 'DTSTART' is \(start.sort)")
                }
                var further = first
                (further.start, further.recurrence) = (reading, nil)
                events.append(further)
            }
        }
        return events
    }

    private mutating func exclude(_ lines: [ContentLine], _ event: inout ReadEvent) throws(YAMLMistake) {
        var readings: Set<Int> = []
        for line in lines {
            for time in try times.times(of: line) {
                guard let reading = time.reading(likeThatOf: event.start) else {
                    throw line.mistake("'EXDATE' has \(time.sort), but 'DTSTART' is \(event.start.sort)")
                }
                readings.insert(reading)
            }
        }
        if !readings.isEmpty { event.remove(readings) }
    }

    /// The summary on one short line, without escapes and what a terminal would act on.
    static func title(_ text: Substring, _ start: CalendarTime) -> String {
        var title = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if scalar == "\\", !isEscaped {
                isEscaped = true
                continue
            }
            switch scalar.properties.generalCategory {
            case .format, .surrogate, .privateUse: break
            case .control, .lineSeparator, .paragraphSeparator: title.append(" ")
            default: title.append(isEscaped && (scalar == "n" || scalar == "N") ? " " : scalar)
            }
            isEscaped = false
            if title.count > 200 { break }
        }
        let words = String(title).split(separator: " ").joined(separator: " ")
        guard words.isEmpty else { return words.count > 80 ? words.prefix(79) + "…" : words }
        let date = CalendarDay(number: start.reading.floored(by: 86_400))
        return "an event of \(date.year)-\(date.month)-\(date.day)"
    }
}
