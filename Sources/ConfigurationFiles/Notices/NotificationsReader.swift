import Foundation
import Maintenance
import SystemPackage
import YAMLDocument

/// Reads `notifications:` of `ronde.yaml`: the channels, the rules that send to them, and the dead-man's switches.
struct NotificationsReader {
    /// Where relative paths start.
    let folder: FilePath
    /// The zone of quiet hours that name none.
    let timeZone: TimeZone

    /// What was read, and where it names checklists and tasks, which are read later.
    struct Reading {
        var settings = NotificationSettings.none
        fileprivate var mentions: [Mention] = []
    }

    fileprivate struct Mention {
        var checklists: [ValueReader]
        var tasks: [ValueReader]
    }

    func read(_ map: MappingReader) -> Reading? {
        var reading = Reading()
        let channels = named("channel", map.optional("channels")) { ChannelReader(folder: folder).read($0, name: $1) }
        var known = Known<Void>("channel")
        for (name, channel) in channels { known.add(name, channel.map { _ in }) }
        reading.settings.channels = channels.compactMap(\.value)
        let rules = named("rule", map.optional("rules")) { rule, name in
            readRule(rule, name, known, &reading.mentions)
        }
        reading.settings.rules = map.isGiven("rules") || channels.isEmpty ? rules.compactMap(\.value) : [.usual]
        let pings = named("dead-man's switch", map.optional("pings")) { readPing($0, $1, &reading.mentions) }
        reading.settings.pings = pings.compactMap(\.value)
        if let limit = map.optional("give_up")?.positiveTimeSpan() { reading.settings.giveUpAfter = limit }
        if channels.isEmpty, !rules.isEmpty {
            map.whole.mistake("there are rules and no channels to send to; give 'channels:'")
        }
        return reading
    }

    /// The entries of a mapping of names, in file order; nil for one that is faulty.
    private func named<Value>(
        _ kind: String, _ reader: ValueReader?, _ read: (MappingReader, String) -> Value?
    ) -> [(name: String, value: Value?)] {
        reader?.entries { key, value -> Value?? in
            guard let name = key.name(of: kind) else { return .some(nil) }
            return .some(value.mapping { read($0, name) })
        } ?? []
    }

    // MARK: Rules

    private func readRule(
        _ map: MappingReader, _ name: String, _ channels: Known<Void>, _ mentions: inout [Mention]
    ) -> NoticeRule? {
        var rule = NoticeRule(name: name)
        if let reader = map.optional("on") {
            let events = reader.items().compactMap { $0.choice(NoticeEvent.self) }
            rule.events = Set(events)
            if events.isEmpty { reader.mistake("a rule without events tells nothing; leave 'on' out for all") }
        }
        let checklists = map.optional("checklists")?.items()
        let tasks = map.optional("tasks")?.items()
        rule.checklists = checklists?.compactMap { $0.text() }
        rule.tasks = tasks?.compactMap { $0.text() }
        mentions.append(Mention(checklists: checklists ?? [], tasks: tasks ?? []))
        if let reader = map.optional("outcomes") { rule.outcomes = outcomes(reader) }
        if let reader = map.optional("channels") {
            let items = reader.items()
            rule.channels = items.compactMap { item in channels.value(namedBy: item).flatMap { item.text() } }
            if items.isEmpty { reader.mistake("a rule without channels tells nobody; leave 'channels' out for all") }
        }
        if let after = map.optional("after")?.integer(in: 1...1000) { rule.after = after }
        if let reader = map.optional("repeat") { rule.repeats = repeats(reader) }
        rule.quiet = map.optional("quiet")?.mapping(readQuiet)
        return rule
    }

    /// Outcomes that can be a failure.
    private func outcomes(_ reader: ValueReader) -> Set<Outcome> {
        let found = reader.items().compactMap { item in
            item.choice(of: ["warning", "critical", "unknown", "waiting"]).flatMap(Outcome.init(rawValue:))
        }
        if found.isEmpty { reader.mistake("name at least one outcome, or leave the key out") }
        return Set(found)
    }

    private func repeats(_ reader: ValueReader) -> TimeSpan? {
        reader.value { text -> TimeSpan? in
            if text == "never" { return nil }
            let span = try TimeSpan(parsing: text)
            guard span.seconds >= 60, span.seconds <= 366 * 86_400 else {
                throw ValueFault("\(excerpt(text)) is no interval of reminders: 1m to 366d, or never")
            }
            return span
        } ?? nil
    }

    private func readQuiet(_ map: MappingReader) -> QuietHours? {
        let hours = map.required("hours")?.value(Self.hours)
        let zone = map.optional("timezone")?.timeZone()
        let except = map.optional("except").map(outcomes)
        return hours.map { QuietHours(start: $0.start, end: $0.end, timeZone: zone ?? timeZone, except: except ?? []) }
    }

    /// `22:00-07:00`, in minutes after midnight.
    private static func hours(_ text: String) throws -> (start: Int, end: Int) {
        let wrong = ValueFault("\(excerpt(text)) are no quiet hours; write them as \"22:00-07:00\"")
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let start = minute(parts[0]), let end = minute(parts[1]) else { throw wrong }
        guard start != end else { throw ValueFault("\(excerpt(text)): hours that end when they begin are none") }
        return (start, end)
    }

    private static func minute(_ text: Substring) -> Int? {
        let parts = text.filter { $0 != " " }.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    // MARK: Pings

    private func readPing(_ map: MappingReader, _ name: String, _ mentions: inout [Mention]) -> PingTarget? {
        let url = map.required("url").flatMap { WebAddressReader(folder: folder).read($0) }
        let checklists = map.optional("checklists")?.items()
        mentions.append(Mention(checklists: checklists ?? [], tasks: []))
        let start = map.optional("start")?.boolean()
        let status = map.optional("exit_status")?.boolean()
        let authority = map.optional("authority")?.path(from: folder)
        return url.map { url in
            PingTarget(
                name: name, url: url, checklists: checklists?.compactMap { $0.text() }, tellsStart: start ?? true,
                tellsStatus: status ?? false, authority: authority?.string)
        }
    }
}

extension NotificationsReader.Reading {
    /// Records each checklist and task that is named and does not exist; to be asked once all checklists are read, and only
    /// where none of them is faulty.
    func check(against checklists: [Checklist]) {
        let names = checklists.map(\.name)
        for mention in mentions {
            var chosen: [String] = []
            for reader in mention.checklists {
                guard let name = reader.text() else { continue }
                chosen.append(name)
                guard !names.contains(name) else { continue }
                guard names.isEmpty else {
                    _ = reader.choice(of: names.sorted())
                    continue
                }
                reader.mistake("there is no checklist \(excerpt(name)), and no other")
            }
            let tasks = checklists.filter { chosen.isEmpty || chosen.contains($0.name) }
                .flatMap { $0.tasks.map(\.name) }
            for reader in mention.tasks {
                guard let name = reader.text(), !tasks.contains(name) else { continue }
                guard tasks.isEmpty else {
                    _ = reader.choice(of: Set(tasks).sorted())
                    continue
                }
                reader.mistake("there is no task \(excerpt(name)) in these checklists")
            }
        }
    }
}

extension ValueReader {
    /// The items of a list; a text alone is a list of one.
    fileprivate func items() -> [ValueReader] {
        if case .scalar = node.kind { return [self] }
        return list { $0 } ?? []
    }
}
