package import Backups
package import Maintenance
import PluginKit
import SystemPackage

/// What a checklist may say of a drill.
package struct DrillConfiguration: Decodable, Sendable {
    package var database: String?
    package var tiers: [Tier]?
    package var every: TimeSpan
    package var atMost: Int?
    package var identityFile: String?

    package enum CodingKeys: String, CodingKey {
        case database, tiers, every
        case atMost = "at_most"
        case identityFile = "identity_file"
    }

    var rotation: DrillRotation { DrillRotation(every: every.duration, atMost: atMost) }

    /// - Throws: `TaskFailure` where parameters cannot be right.
    func check() throws(TaskFailure) {
        if let identityFile, !FilePath(identityFile).isAbsolute {
            throw TaskFailure(.unknown, "identity_file: '\(identityFile)' is not an absolute path")
        }
        if let tiers, tiers.isEmpty { throw TaskFailure(.unknown, "tiers: the list is empty; leave it out for all") }
        if every.duration < .seconds(60) {
            throw TaskFailure(.unknown, "every: \(every) is too short; a set is drilled once in that time")
        }
    }
}
