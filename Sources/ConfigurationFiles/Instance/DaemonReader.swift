import Maintenance
import YAMLDocument

/// Reads `daemon:`.
struct DaemonReader {
    func read(_ map: MappingReader) -> DaemonSettings {
        var settings = DaemonSettings()
        if let count = map.optional("checklists_at_once")?.integer(in: 1...1000) { settings.checklistsAtOnce = count }
        return settings
    }
}
