package import Foundation
package import Maintenance
package import SystemPackage

/// Everything that `ronde.yaml` and the files it names say, checked as a whole.
package struct Instance: Sendable {
    /// The `ronde.yaml` it was read from, absolute.
    package var file: FilePath
    package var timeZone: TimeZone
    package var language: Language
    package var folders: Folders
    /// By name.
    package var services: [String: Service]
    /// By file name; names are unique.
    package var checklists: [Checklist]
    /// By name.
    package var plugins: [String: PluginManifest]
    package var daemon = DaemonSettings()
    /// Whom Ronde tells of what.
    package var notifications = NotificationSettings.none
    /// Where the daemon answers HTTP; nil where it does not.
    package var endpoint: EndpointSettings?
    /// The file of metrics; nil for none.
    package var metrics: MetricsTextfileSettings?
    /// In file order; names are unique.
    package var expectations: [Expectation] = []
    /// How much of what was done is kept.
    package var history = HistoryRules.usual
    /// Every file that was read for it, absolute.
    package var files: [FilePath] = []

    /// The folders of an instance, absolute.
    package struct Folders: Hashable, Sendable {
        package var schedules: FilePath
        package var plugins: [FilePath]
        package var state: FilePath
        package var reports: FilePath
    }

    /// The language of reports and pages.
    package enum Language: String, Sendable, CaseIterable {
        case english = "en"
        case french = "fr"
    }

    /// The checklist with this name.
    package func checklist(named name: String) -> Checklist? { checklists.first { $0.name == name } }
}
