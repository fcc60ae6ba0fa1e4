import Maintenance
import SystemPackage
import YAMLDocument

/// Reads `control:` of a service: `systemd: UNIT`, or the programs `start`, `stop` and perhaps `status`.
struct ControlReader {
    let folder: FilePath

    func read(_ map: MappingReader) -> ServiceControl? {
        if let unit = map.optional("systemd") {
            if ["start", "stop", "status"].contains(where: map.isGiven) {
                unit.mistake("name a systemd unit, or the programs 'start' and 'stop'; not both")
                map.ignore("start", "stop", "status")
                return nil
            }
            return unit.value(Self.unitName).map { .systemd(unit: $0) }
        }
        let status = map.optional("status").map { readProgram($0) }
        let start = map.required("start").flatMap(readProgram)
        let stop = map.required("stop").flatMap(readProgram)
        guard let start, let stop else { return nil }
        return .commands(ControlCommands(start: start, stop: stop, status: status ?? nil, folder: folder.string))
    }

    private static func unitName(_ text: String) throws -> String {
        let isGood = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "_-.@:\\".utf8.contains(byte)
        }
        guard isGood, !text.hasPrefix("-"), text.utf8.count < 256 else {
            throw ValueFault("\(excerpt(text)) is no name of a systemd unit, such as api.service")
        }
        return text.contains(".") ? text : text + ".service"
    }

    /// A list of a program and its arguments; a program with a slash is a path, absolute or from the file's folder.
    private func readProgram(_ reader: ValueReader) -> [String]? {
        guard let items = reader.list(count: 1...64, { item in item.text(allowsEmpty: true) }), let first = items.first
        else { return nil }
        guard !first.isEmpty else {
            reader.mistake("the first item is the program to run, and it is empty")
            return nil
        }
        guard first.contains("/"), !first.hasPrefix("/") else { return items }
        return [ConfigurationLocator.absolute(first, from: folder).string] + items.dropFirst()
    }
}
