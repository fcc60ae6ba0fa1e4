import Globbing
package import Maintenance
import PluginKit
import SystemPackage

/// What a checklist may say of removing files.
package struct CleanupConfiguration: Decodable, Sendable {
    package struct Rule: Decodable, Sendable {
        package var folder: String
        package var match: String
        package var olderThan: TimeSpan?
        package var keepLast: Int?
        package var keepBytes: ByteSize?
        package var recursive: Bool
        package var emptyFolders: Bool
        package var stopAbove: Percentage?
        package var allowAll: Bool

        package enum CodingKeys: String, CodingKey {
            case folder, match, recursive
            case olderThan = "older_than"
            case keepLast = "keep_last"
            case keepBytes = "keep_bytes"
            case emptyFolders = "empty_folders"
            case stopAbove = "stop_above"
            case allowAll = "allow_all"
        }
    }

    package var rules: [Rule]
    package var atMost: Int

    package enum CodingKeys: String, CodingKey {
        case rules
        case atMost = "at_most"
    }

    private static let mostRules = 100

    /// The rules, made ready for use.
    ///
    /// - Throws: `TaskFailure` where one cannot be right; then nothing at all is removed.
    func check() throws(TaskFailure) -> [CleanupRule] {
        guard !rules.isEmpty, rules.count <= Self.mostRules else {
            throw TaskFailure(.unknown, "rules: from 1 to \(Self.mostRules) are read, and these are \(rules.count)")
        }
        var ready: [CleanupRule] = []
        for (index, rule) in rules.enumerated() { ready.append(try Self.check(rule, "rules[\(index)]")) }
        return ready
    }

    private static func check(_ rule: Rule, _ place: String) throws(TaskFailure) -> CleanupRule {
        guard !rule.match.isEmpty, !rule.match.contains("/"), rule.match != ".", rule.match != ".." else {
            throw TaskFailure(.unknown, "\(place): match: '\(rule.match)' is no pattern for names of files")
        }
        guard rule.olderThan.map({ $0.seconds > 0 }) ?? ((rule.keepLast ?? 0) > 0) else {
            throw TaskFailure(
                .unknown, "\(place): a pattern alone would remove everything that fits; say 'older_than' or 'keep_last'"
            )
        }
        if rule.emptyFolders, !rule.recursive {
            throw TaskFailure(.unknown, "\(place): empty_folders: only with 'recursive: true' are folders looked at")
        }
        let folder = FilePath(rule.folder)
        guard folder.isAbsolute, !folder.components.contains(where: { $0.kind == .parentDirectory }),
            !rule.folder.utf8.contains(0)
        else { throw TaskFailure(.unknown, "\(place): folder: '\(rule.folder)' is not an absolute path without '..'") }
        let path = folder.lexicallyNormalized()
        if let why = ForbiddenFolders.reason(against: path) {
            throw TaskFailure(.unknown, "\(place): folder: '\(path)' \(why); nothing is removed there")
        }
        return CleanupRule(settings: rule, folder: path, pattern: NamePattern(rule.match))
    }
}

/// A rule that was checked.
struct CleanupRule: Sendable {
    let settings: CleanupConfiguration.Rule
    let folder: FilePath
    let pattern: NamePattern
}
