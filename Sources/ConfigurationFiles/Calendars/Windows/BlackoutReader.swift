import Maintenance
import SystemPackage
import YAMLDocument

/// Reads `not_during:`, the times at which a checklist does not run.
struct BlackoutReader {
    /// Where relative names of calendars start.
    let folder: FilePath

    func read(_ map: MappingReader) -> BlackoutPolicy? {
        let weekly = map.optional("weekly")?.list(count: 1...200) { $0.value(WeeklyText.parse) }
        let dates = map.optional("dates")?.list(count: 1...1000) { $0.value(DatesText.parse) }
        let calendars = map.optional("calendars")?.list(count: 1...20, calendar)
        let then = map.optional("then")?.choice(BlackoutPolicy.Choice.self)
        let names = ["weekly", "dates", "calendars"]
        guard names.contains(where: map.has) else {
            if !names.contains(where: { map.isMistyped($0, known: Set(names + ["then"])) }) {
                map.whole.mistake("'not_during' names no time; give at least one of: \(names.joined(separator: ", "))")
            }
            return nil
        }
        let windows =
            (weekly ?? []).map(BlackoutWindow.weekly) + (dates ?? []).map(BlackoutWindow.dates)
            + (calendars ?? []).map { BlackoutWindow.calendar($0.calendar) }
        guard !windows.isEmpty else { return nil }
        return BlackoutPolicy(
            windows: windows, then: then ?? .skip, calendarFiles: (calendars ?? []).map(\.file.string))
    }

    private func calendar(_ reader: ValueReader) -> (file: FilePath, calendar: EventCalendar)? {
        if let text = reader.node.plainText, text.contains("://") {
            reader.mistake("a calendar is a file, not an address; download it, and name the file")
            return nil
        }
        guard let path = reader.path(from: folder) else { return nil }
        // As people would write it: from where the file that names it is said to be.
        let near = FilePath(reader.node.position.file).removingLastComponent()
        let name = ConfigurationLocator.absolute(reader.node.plainText ?? path.string, from: near).string
        switch CalendarFile(path: path, name: name).read() {
        case .calendar(let calendar): return (path, calendar)
        case .unreadable(let reason): reader.mistake("the calendar '\(name)' cannot be read: \(reason)")
        case .mistakes(let mistakes): report(mistakes, in: name, reader.mistakes)
        }
        return nil
    }

    /// Records the mistakes of a calendar once, however many checklists name it.
    private func report(_ mistakes: [YAMLMistake], in name: String, _ all: MistakeCollector) {
        guard all.omitted == 0, !all.mistakes.contains(where: { $0.position.file == name }) else { return }
        for mistake in mistakes { all.add(mistake) }
    }
}
