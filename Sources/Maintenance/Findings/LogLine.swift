/// One line that a task said of its work.
package struct LogLine: Hashable, Sendable, Codable {
    package enum Level: String, Codable, Sendable, CaseIterable {
        case debug
        case info
        /// A finding that a person should read.
        case warning
        /// A finding that made the task fail.
        case error
    }

    package var level: Level
    package var message: String

    package init(_ level: Level, _ message: String) {
        self.level = level
        self.message = message
    }

    /// Whether the line belongs to the findings of a report, and not only to its log.
    package var isFinding: Bool { level == .warning || level == .error }
}
