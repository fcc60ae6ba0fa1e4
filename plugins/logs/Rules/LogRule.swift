import Maintenance
import Patterns
import PluginKit

/// One pattern of a task, ready to look at lines.
struct LogRule: Sendable {
    let name: String
    let consequence: LogsConfiguration.Pattern.Consequence
    let atMost: Int
    private var match: LineSearch
    private var ignored: [LineSearch]

    /// - Throws: `TaskFailure` where a regular expression cannot be read.
    init(_ pattern: LogsConfiguration.Pattern) throws(TaskFailure) {
        name = pattern.name
        consequence = pattern.outcome
        atMost = pattern.atMost
        match = try Self.search(pattern.match, of: "patterns: '\(pattern.name)'")
        ignored = []
        for text in pattern.ignore ?? [] {
            ignored.append(try Self.search(text, of: "patterns: 'ignore' of '\(pattern.name)'"))
        }
    }

    private static func search(_ text: String, of place: String) throws(TaskFailure) -> LineSearch {
        do throws(PatternFault) {
            return LineSearch(try TextPattern(parsing: text))
        } catch {
            throw TaskFailure(.unknown, "\(place): character \(error.offset + 1): \(error.message)")
        }
    }

    mutating func fits(_ line: UnsafeRawBufferPointer) -> Bool {
        guard match.occurs(in: line) else { return false }
        for index in ignored.indices where ignored[index].occurs(in: line) { return false }
        return true
    }

    /// How the task ends for the lines of this rule.
    func outcome(of count: Int) -> Outcome {
        guard count > atMost else { return .ok }
        switch consequence {
        case .info: return .ok
        case .warning: return .warning
        case .critical: return .critical
        }
    }
}
