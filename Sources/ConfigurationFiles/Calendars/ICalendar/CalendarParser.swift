import Maintenance
import YAMLDocument

/// Reads an iCalendar file (RFC 5545): each VEVENT becomes a window, and whatever is not understood a mistake at its line.
///
/// Cancelled events are left out. Events that are "transparent", which says that a person stays free, are kept: most
/// files of public holidays have nothing else. What stands within an event, such as an alarm, and components other than
/// events are left alone.
struct CalendarParser {
    /// The largest file, in bytes.
    static let largest = 5 << 20
    static let mostEvents = 20_000
    /// A file with more mistakes is the wrong file.
    private static let mostMistakes = 100

    private let file: String
    private let name: String
    private var reader: EventReader
    private var found: [ReadEvent] = []
    private var count = 0
    private var mistakes: [YAMLMistake] = []
    /// The components around the line, with where each began.
    private var open: [(name: String, begin: SourcePosition)] = []
    private var lines: [ContentLine] = []
    /// Whether the event around the line has a mistake already.
    private var isFaulty = false
    private var isOver = false

    /// - Parameters:
    ///   - file: what mistakes call the file.
    ///   - name: what labels of windows call it.
    init(file: String, name: String) {
        self.file = file
        self.name = name
        reader = EventReader(calendar: name)
    }

    /// What a file came to.
    enum Result {
        case calendar(EventCalendar)
        /// At least one.
        case mistakes([YAMLMistake])
    }

    /// Reads a file as a whole.
    static func parse(_ bytes: [UInt8], file: String, name: String) -> Result {
        var parser = CalendarParser(file: file, name: name)
        UnfoldedLine.forEach(in: bytes, of: file) { parser.take($0) }
        return parser.finish()
    }

    // MARK: Lines

    /// Takes the next line; false where no further one is wanted.
    private mutating func take(_ line: UnfoldedLine) -> Bool {
        guard let name = line.name else {
            if open.isEmpty, count == 0 { return stop(line.position(), Self.notACalendar) }
            refuse(YAMLMistake(at: line.position(), "this is no line of a calendar, such as 'SUMMARY:Christmas Day'"))
            return mistakes.count < Self.mostMistakes
        }
        if open.isEmpty, name != "BEGIN" {
            return stop(line.position(), count == 0 ? Self.notACalendar : "nothing can follow 'END:VCALENDAR'")
        }
        do throws(YAMLMistake) {
            switch name {
            case "BEGIN": return try begin(ContentLine(line, name: name), line)
            case "END": try end(ContentLine(line, name: name), line)
            case "VERSION" where open.count == 1:
                let version = try ContentLine(line, name: name)
                guard version.value == "2.0" else {
                    return stop(line.position(), "only version 2.0 of iCalendar is supported")
                }
            case _ where isInEvent && !isFaulty && EventReader.names.contains(name):
                lines.append(try ContentLine(line, name: name))
            default: break
            }
        } catch {
            refuse(error)
        }
        return !isOver && mistakes.count < Self.mostMistakes
    }

    private static let notACalendar = "this is no iCalendar file: it does not begin with 'BEGIN:VCALENDAR'"

    private var isInEvent: Bool { open.count == 2 && open[1].name == "VEVENT" }

    private mutating func stop(_ position: SourcePosition, _ message: String) -> Bool {
        mistakes.append(YAMLMistake(at: position, message))
        isOver = true
        return false
    }

    private mutating func refuse(_ mistake: YAMLMistake) {
        if isInEvent {
            if isFaulty { return }
            isFaulty = true
        }
        mistakes.append(mistake)
    }

    private mutating func begin(_ line: ContentLine, _ whole: UnfoldedLine) -> Bool {
        let name = line.value.uppercased()
        if open.isEmpty {
            guard name == "VCALENDAR" else { return stop(whole.position(), Self.notACalendar) }
        }
        guard open.count < 16 else { return stop(whole.position(), "components are nested too deeply") }
        open.append((name, whole.position()))
        guard isInEvent else { return true }
        count += 1
        (lines, isFaulty) = ([], false)
        return count <= Self.mostEvents
            || stop(whole.position(), "the calendar has more than \(Self.mostEvents) events; split or shorten it")
    }

    private mutating func end(_ line: ContentLine, _ whole: UnfoldedLine) throws(YAMLMistake) {
        guard let last = open.last, last.name == line.value.uppercased() else {
            isOver = true
            throw YAMLMistake(
                at: whole.position(),
                "'END:\(open.last?.name ?? "")' is missing for the 'BEGIN' on line \(open.last?.begin.line ?? 1)")
        }
        if isInEvent, !isFaulty {
            do throws(YAMLMistake) {
                found.append(try reader.read(lines, begin: last.begin))
            } catch {
                refuse(error)
            }
        }
        open.removeLast()
    }

    // MARK: The whole

    private mutating func finish() -> Result {
        if !isOver, mistakes.count < Self.mostMistakes {
            if let last = open.last {
                mistakes.append(
                    YAMLMistake(at: last.begin, "the file ends before this \(last.name) does: it is cut short"))
            } else if count == 0 {
                mistakes.append(
                    YAMLMistake(at: SourcePosition(file: file), "the calendar has no event; is it the right file?"))
            }
        }
        replaceOccurrences()
        let events = found.flatMap(\.events)
        if events.count > Self.mostEvents {
            mistakes.append(
                YAMLMistake(
                    at: SourcePosition(file: file),
                    "the calendar has more than \(Self.mostEvents) events and dates of 'RDATE'; split or shorten it"))
        }
        guard mistakes.isEmpty else { return .mistakes(mistakes) }
        return .calendar(EventCalendar(name: name, events: events))
    }

    /// Takes out of each event the occurrences in whose place another event stands.
    private mutating func replaceOccurrences() {
        var whole: [String: [Int]] = [:]
        for (index, event) in found.enumerated() where event.replaces == nil {
            if let uid = event.uid { whole[uid, default: []].append(index) }
        }
        var removed: [Int: Set<Int>] = [:]
        for event in found {
            guard let replaced = event.replaces, let line = event.replacesLine, let uid = event.uid,
                let indices = whole[uid]
            else { continue }
            if indices.count > 1 {
                mistakes.append(line.mistake("\(indices.count) events have the 'UID' of the one that this belongs to"))
            } else if let reading = replaced.reading(likeThatOf: found[indices[0]].start) {
                removed[indices[0], default: []].insert(reading)
            } else {
                mistakes.append(
                    line.mistake(
                        "'RECURRENCE-ID' is \(replaced.sort), but 'DTSTART' of the event that it belongs to is "
                            + found[indices[0]].start.sort))
            }
            if mistakes.count >= Self.mostMistakes { return }
        }
        for (index, readings) in removed { found[index].remove(readings) }
    }
}
