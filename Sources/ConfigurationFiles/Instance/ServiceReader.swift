import Foundation
import Maintenance
import SystemPackage
import YAMLDocument

/// A service, and what of it could not be read.
struct KnownService {
    let service: Service
    /// Facts that are perhaps given, but faulty: nobody may say that they are missing.
    let doubts: Set<ServiceFact>
}

/// Reads one entry below `services:`.
struct ServiceReader {
    let folder: FilePath
    let zone: TimeZone

    private static let keys: Set = ["title", "url", "databases", "backups", "control", "health", "thresholds"]

    /// Reads the service, and notes its backup folders in `rules`.
    func read(_ map: MappingReader, name: String, rules: FolderRules) -> KnownService {
        let title = map.optional("title")?.title()
        let url = map.optional("url")?.value(Self.baseURL)
        let databases = map.optional("databases")?.entries(readDatabase)
        let backups = map.optional("backups")?.mapping {
            BackupSettingsReader(folder: folder, service: name, rules: rules).read($0)
        }
        let control = map.optional("control")?.mapping { ControlReader(folder: folder).read($0) }
        let health = map.optional("health").flatMap(HealthReader.read)
        let thresholds = map.optional("thresholds")?.mapping(readThresholds)

        var doubts: Set<ServiceFact> = []
        if map.isGiven("url"), url == nil { doubts.insert(.url) }
        let areDatabasesFaulty = databases?.contains { $0.value == nil } ?? true
        if map.isGiven("databases"), areDatabasesFaulty { doubts.insert(.database) }
        if map.isGiven("backups"), backups == nil { doubts.insert(.backups) }
        if map.hasKeys(otherThan: Self.keys) { doubts = Set(ServiceFact.allCases) }
        let locations = (databases ?? []).compactMap { entry in entry.value.map { (entry.name, $0) } }
        let service = Service(
            name: name, title: title ?? name, url: url,
            databases: Dictionary(locations, uniquingKeysWith: { first, _ in first }), backups: backups,
            control: control, health: health?.path, healthLimit: health?.limit, thresholds: thresholds ?? Thresholds(),
            timezone: zone.identifier)
        return KnownService(service: service, doubts: doubts)
    }

    /// The inner nil is a database that is there but faulty.
    private func readDatabase(_ key: ValueReader, _ value: ValueReader) -> DatabaseLocation?? {
        let name = key.name(of: "database")
        let location = value.mapping { map in
            map.required("sqlite")?.path(from: folder).map { DatabaseLocation(sqlite: $0.string) }
        }
        return .some(name == nil ? nil : location)
    }

    /// A base URL without the slash at its end.
    private static func baseURL(_ text: String) throws -> String {
        let isPrintable = text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isPrintable, let url = URL(string: text), let scheme = url.scheme,
            ["http", "https"].contains(scheme.lowercased()), url.host()?.isEmpty == false
        else { throw ValueFault("\(excerpt(text)) is no address of a service, such as http://127.0.0.1:5000") }
        guard url.user() == nil, url.password() == nil else {
            throw ValueFault("the address of a service holds no user and no password: they would end in reports")
        }
        if let port = url.port, !(1...65_535).contains(port) {
            throw ValueFault("the port \(port) is not from 1 to 65535")
        }
        guard url.query() == nil, url.fragment() == nil else {
            throw ValueFault("the address of a service has neither '?' nor '#'; give such things in a task's 'path'")
        }
        var base = text[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        return String(base)
    }

    private func readThresholds(_ map: MappingReader) -> Thresholds? {
        Thresholds(
            responseTime: map.optional("response_time")?.positiveTimeSpan(),
            users: map.optional("users")?.integer(in: 0...Int.max),
            databaseSize: map.optional("database_size")?.value(ByteSize.init(parsing:)),
            cpu: map.optional("cpu")?.value(Percentage.init(parsing:)),
            memory: map.optional("memory")?.value(ByteSize.init(parsing:)))
    }
}
