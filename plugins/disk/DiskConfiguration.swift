import Maintenance
import PluginKit

/// What a checklist may say of file systems.
package struct DiskConfiguration: Decodable, Sendable {
    var paths: [String]?
    var usedWarning: Percentage
    var usedCritical: Percentage
    var freeWarning: ByteSize?
    var freeCritical: ByteSize?
    var inodesWarning: Percentage
    var inodesCritical: Percentage
    var fullWithinWarning: TimeSpan
    var fullWithinCritical: TimeSpan?
    var readOnly: Outcome
    var timeLimitEach: TimeSpan

    enum CodingKeys: String, CodingKey {
        case paths
        case usedWarning = "used_warning"
        case usedCritical = "used_critical"
        case freeWarning = "free_warning"
        case freeCritical = "free_critical"
        case inodesWarning = "inodes_warning"
        case inodesCritical = "inodes_critical"
        case fullWithinWarning = "full_within_warning"
        case fullWithinCritical = "full_within_critical"
        case readOnly = "read_only"
        case timeLimitEach = "time_limit_each"
    }

    private static let mostPaths = 100

    /// - Throws: ``TaskFailure`` where parameters cannot be right together.
    func check() throws(TaskFailure) {
        if let paths {
            guard (1...Self.mostPaths).contains(paths.count) else {
                throw TaskFailure(
                    .unknown,
                    "paths: there must be from 1 to \(Self.mostPaths), not \(paths.count); leave 'paths' out "
                        + "for those of the service")
            }
            for path in paths where !path.hasPrefix("/") || path.utf8.contains(0) {
                throw TaskFailure(.unknown, "paths: '\(Excerpt.of(path))' is not an absolute path")
            }
        }
        for (name, value) in [
            ("used_warning", usedWarning), ("used_critical", usedCritical), ("inodes_warning", inodesWarning),
            ("inodes_critical", inodesCritical),
        ] where value.percent > 100 {
            throw TaskFailure(.unknown, "\(name): \(value) is more than there can be; give at most 100%")
        }
        try Self.require(
            usedCritical >= usedWarning, "used_critical", "\(usedCritical)", "used_warning", "\(usedWarning)")
        try Self.require(
            inodesCritical >= inodesWarning, "inodes_critical", "\(inodesCritical)", "inodes_warning",
            "\(inodesWarning)")
        if let freeWarning, let freeCritical {
            try Self.require(
                freeCritical <= freeWarning, "free_critical", "\(freeCritical)", "free_warning", "\(freeWarning)")
        }
        if let fullWithinCritical {
            try Self.require(
                fullWithinCritical <= fullWithinWarning, "full_within_critical", "\(fullWithinCritical)",
                "full_within_warning", "\(fullWithinWarning)")
        }
    }

    private static func require(
        _ isRight: Bool, _ critical: String, _ criticalValue: String, _ warning: String, _ warningValue: String
    ) throws(TaskFailure) {
        guard !isRight else { return }
        throw TaskFailure(
            .unknown, "\(critical) (\(criticalValue)) comes before \(warning) (\(warningValue)); change one of them")
    }
}
