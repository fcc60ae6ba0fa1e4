import Globbing
package import Maintenance
import Patterns
import PluginKit

/// What a checklist may say of log files.
package struct LogsConfiguration: Decodable, Sendable {
    package struct Pattern: Decodable, Sendable {
        package enum Consequence: String, Decodable, Sendable { case info, warning, critical }

        package var name: String
        package var match: String
        package var outcome: Consequence
        package var atMost: Int
        package var ignore: [String]?

        package enum CodingKeys: String, CodingKey {
            case name, match, outcome, ignore
            case atMost = "at_most"
        }
    }

    package struct Rotation: Decodable, Sendable {
        package var at: ByteSize
        package var keep: Int
        package var copy: Bool
    }

    package enum Beginning: String, Decodable, Sendable { case end, start }

    package var files: [String]
    package var patterns: [Pattern]
    package var tail: Int
    package var samples: Int
    package var from: Beginning
    package var limit: ByteSize
    package var rotate: Rotation?

    private static let mostPatterns = 50

    /// The parameters, made ready for use.
    ///
    /// - Throws: `TaskFailure` where they cannot be right.
    func check() throws(TaskFailure) -> (files: [PathPattern], rules: [LogRule]) {
        guard !files.isEmpty else { throw TaskFailure(.unknown, "files: the list is empty; name a log file") }
        guard patterns.count <= Self.mostPatterns, patterns.allSatisfy({ $0.ignore?.count ?? 0 <= Self.mostPatterns })
        else {
            throw TaskFailure(.unknown, "patterns: at most \(Self.mostPatterns) are followed, and as many 'ignore'")
        }
        guard Set(patterns.map(\.name)).count == patterns.count else {
            throw TaskFailure(.unknown, "patterns: two have the same name")
        }
        guard limit.bytes >= 1 << 16 else { throw TaskFailure(.unknown, "limit: at least 64KiB are read in a run") }
        if let rotate, rotate.at.bytes < 1 { throw TaskFailure(.unknown, "rotate.at: an empty file is not rotated") }
        var paths: [PathPattern] = []
        for text in files {
            do throws(PathPattern.Fault) {
                paths.append(try PathPattern(text))
            } catch {
                throw TaskFailure(.unknown, "files: \(error)")
            }
        }
        var rules: [LogRule] = []
        for pattern in patterns { rules.append(try LogRule(pattern)) }
        return (paths, rules)
    }
}
