import Foundation
import Maintenance
import SystemPackage
import YAMLDocument

/// What `ronde.yaml` came to; what is faulty in it stands at its default.
struct InstanceReading {
    /// Without plugins and checklists.
    var instance: Instance
    var services: Known<KnownService>
    var notifications = NotificationsReader.Reading()
    /// Where the folder of schedules is named; nil for a default.
    var schedulesReader: ValueReader?
    /// Whether the folder of schedules is only a guess, because the right one could not be read.
    var guessesSchedules: Bool
    /// Where each folder of plugins is named; empty for the default.
    var pluginReaders: [ValueReader] = []
    /// Whether there may be folders of plugins that could not be read.
    var guessesPlugins: Bool

    /// What is known of an instance whose file has no tree: mistakes of the files around it can still be found.
    static func unknown(_ file: FilePath) -> InstanceReading {
        var services = Known<KnownService>("service")
        services.isComplete = false
        let instance = Instance(
            file: file, timeZone: .gmt, language: .english, folders: InstanceReader(file: file).defaultFolders,
            services: [:], checklists: [], plugins: [:])
        return InstanceReading(instance: instance, services: services, guessesSchedules: true, guessesPlugins: true)
    }
}

/// Reads `ronde.yaml` itself: without the plugins and checklists that it names.
struct InstanceReader {
    let file: FilePath
    /// The instant after which schedules must still fire.
    let now: Date
    private let folder: FilePath

    static let keys: Set = [
        "timezone", "language", "folders", "services", "daemon", "notifications", "endpoint", "metrics", "expects",
        "history",
    ]

    init(file: FilePath, now: Date = .now) {
        self.file = file
        self.now = now
        folder = file.removingLastComponent()
    }

    func read(_ map: MappingReader) -> InstanceReading {
        var reading = InstanceReading.unknown(file)
        let zone = map.optional("timezone")?.timeZone() ?? .gmt
        reading.instance.timeZone = zone
        reading.instance.language = map.optional("language")?.choice(Instance.Language.self) ?? .english
        reading.instance.daemon = map.optional("daemon")?.mapping(DaemonReader().read) ?? DaemonSettings()
        reading.instance.history = map.optional("history")?.mapping(HistoryReader().read) ?? .usual
        let isMistyped = map.hasKeys(otherThan: Self.keys)
        reading.guessesSchedules = isMistyped && !map.has("folders")
        reading.guessesPlugins = reading.guessesSchedules
        if let reader = map.optional("folders") {
            if reader.mapping({ readFolders($0, &reading) }) == nil {
                (reading.guessesSchedules, reading.guessesPlugins) = (true, true)
            }
        } else if map.isGiven("folders") {
            (reading.guessesSchedules, reading.guessesPlugins) = (true, true)
        }
        readWatching(map, zone, &reading)
        let rules = FolderRules()
        readServices(map, zone, rules, &reading)
        rules.check(reading.instance.folders)
        return reading
    }

    /// What is told to whom, and what is watched beside the checklists.
    private func readWatching(_ map: MappingReader, _ zone: TimeZone, _ reading: inout InstanceReading) {
        let notifications = map.optional("notifications")?.mapping {
            NotificationsReader(folder: folder, timeZone: zone).read($0)
        }
        if let notifications {
            reading.notifications = notifications
            reading.instance.notifications = notifications.settings
        }
        reading.instance.endpoint = map.optional("endpoint")?.mapping(EndpointReader.read)
        reading.instance.metrics = map.optional("metrics")?.mapping { MetricsReader(folder: folder).read($0) }
        reading.instance.expectations =
            map.optional("expects").map { reader in
                ExpectationReader(folder: folder, timeZone: zone, now: now)
                    .read(reader, hasEndpoint: map.isGiven("endpoint"))
            } ?? []
    }

    var defaultFolders: Instance.Folders {
        Instance.Folders(
            schedules: folder.appending("schedules"), plugins: [folder.appending("plugins")],
            state: folder.appending("var").appending("state"), reports: folder.appending("var").appending("reports"))
    }

    private func readFolders(_ map: MappingReader, _ reading: inout InstanceReading) -> Bool? {
        var folders = reading.instance.folders
        let isMistyped = map.hasKeys(otherThan: ["schedules", "plugins", "state", "reports"])
        reading.schedulesReader = map.optional("schedules")
        let schedules = reading.schedulesReader.flatMap(path)
        reading.guessesSchedules = schedules == nil && (isMistyped || map.isGiven("schedules"))
        let plugins = map.optional("plugins")?.list { ($0, path($0)) }
        reading.guessesPlugins = plugins == nil && (isMistyped || map.isGiven("plugins"))
        if let plugins {
            reading.pluginReaders = plugins.compactMap { $0.1 == nil ? nil : $0.0 }
            folders.plugins = plugins.compactMap(\.1)
            reading.guessesPlugins = folders.plugins.count < plugins.count
        }
        folders.schedules = schedules ?? folders.schedules
        folders.state = map.optional("state").flatMap(path) ?? folders.state
        folders.reports = map.optional("reports").flatMap(path) ?? folders.reports
        reading.instance.folders = folders
        return true
    }

    private func path(_ reader: ValueReader) -> FilePath? { reader.path(from: folder) }

    private func readServices(
        _ map: MappingReader, _ zone: TimeZone, _ rules: FolderRules, _ reading: inout InstanceReading
    ) {
        var known = Known<KnownService>("service")
        let reader = ServiceReader(folder: folder, zone: zone)
        let entries = map.required("services")?.entries { key, value -> (ValueReader, ValueReader)? in (key, value) }
        known.isComplete = entries != nil
        for (name, (key, value)) in entries ?? [] {
            let isNamed = key.name(of: "service") != nil
            let service = value.mapping { reader.read($0, name: name, rules: rules) }
            // A faulty key was perhaps meant to be the name that a checklist asks for.
            if !isNamed { known.isComplete = false }
            known.add(name, isNamed ? service : nil)
        }
        reading.services = known
        reading.instance.services = known.values.mapValues(\.service)
    }
}
