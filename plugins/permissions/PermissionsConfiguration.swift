import Globbing
import Maintenance
import PluginKit

/// What a checklist may say of permissions.
package struct PermissionsConfiguration: Decodable, Sendable {
    package enum Kind: String, Decodable, Sendable { case file, folder }

    package struct Rule: Decodable, Sendable {
        package var path: String
        package var kind: Kind
        package var recursive: Bool
        package var mode: String?
        package var atMost: String?
        package var owner: String?
        package var group: String?

        package enum CodingKeys: String, CodingKey {
            case path, kind, recursive, mode, owner, group
            case atMost = "at_most"
        }
    }

    package var usual: Bool
    package var mend: Bool
    package var rules: [Rule]

    private static let mostRules = 200

    /// The rules, made ready for use.
    ///
    /// - Throws: `TaskFailure` where one cannot be right.
    func check() throws(TaskFailure) -> [PermissionRule] {
        guard rules.count <= Self.mostRules else { throw TaskFailure(.unknown, "rules: at most \(Self.mostRules)") }
        var ready: [PermissionRule] = []
        for (index, rule) in rules.enumerated() { ready.append(try Self.check(rule, "rules[\(index)]")) }
        return ready
    }

    private static func check(_ rule: Rule, _ place: String) throws(TaskFailure) -> PermissionRule {
        let path: PathPattern
        do throws(PathPattern.Fault) {
            path = try PathPattern(rule.path)
        } catch {
            throw TaskFailure(.unknown, "\(place): path: \(error)")
        }
        let mode: WantedMode?
        switch (rule.mode, rule.atMost) {
        case (_?, _?): throw TaskFailure(.unknown, "\(place): say 'mode' or 'at_most', not both")
        case (let text?, nil): mode = WantedMode(exactly: text)
        case (nil, let text?): mode = WantedMode(atMost: text)
        case (nil, nil): mode = nil
        }
        guard mode != nil || rule.owner != nil || rule.group != nil else {
            throw TaskFailure(.unknown, "\(place): say 'mode', 'at_most', 'owner' or 'group'")
        }
        return PermissionRule(
            path: path, kind: rule.kind, isRecursive: rule.recursive, mode: mode,
            owner: try rule.owner.map { name throws(TaskFailure) in try Account.user(name, place) },
            group: try rule.group.map { name throws(TaskFailure) in try Account.group(name, place) },
            mayBeMissing: false)
    }
}
