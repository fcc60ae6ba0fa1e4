package import Foundation
import Glibc
import SystemPackage

/// The form of log lines that a person asked for.
package enum LogFormat: String, Sendable, CaseIterable {
    /// Text where a person reads along on a terminal, else JSON.
    case auto
    case text
    case json
}

/// How log lines look on one descriptor.
package struct LogStyle: Hashable, Sendable {
    /// One JSON object a line, else text.
    package var isJSON: Bool
    package var usesColour: Bool
    /// Whether a line begins with its syslog priority, `<4>`, as journald reads it from a stream.
    package var showsPriority: Bool
    /// The zone of the times in text; JSON has UTC.
    package var timeZone: TimeZone

    /// Takes the style as it is given.
    package init(isJSON: Bool, usesColour: Bool = false, showsPriority: Bool = false, timeZone: TimeZone) {
        self.isJSON = isJSON
        self.usesColour = usesColour
        self.showsPriority = showsPriority
        self.timeZone = timeZone
    }

    /// The style for a descriptor: colour only on a terminal that wants it, priorities only for journald itself.
    ///
    /// - Parameters:
    ///   - format: what was asked for.
    ///   - descriptor: where the lines go.
    ///   - environment: `NO_COLOR` (no-color.org), `TERM` and `JOURNAL_STREAM` (systemd.exec(5)) count.
    ///   - timeZone: the zone of the times in text.
    package init(
        _ format: LogFormat, descriptor: Int32 = STDERR_FILENO, environment: [String: String], timeZone: TimeZone
    ) {
        let isTerminal = isatty(descriptor) == 1
        let wantsColour = environment["NO_COLOR", default: ""].isEmpty && environment["TERM", default: "dumb"] != "dumb"
        isJSON = format == .json || (format == .auto && !isTerminal)
        usesColour = isTerminal && wantsColour && !isJSON
        showsPriority = Self.isJournal(descriptor, environment["JOURNAL_STREAM"])
        self.timeZone = timeZone
    }

    /// Whether the descriptor is the stream that journald made; a child's redirected one no longer is.
    private static func isJournal(_ descriptor: Int32, _ stream: String?) -> Bool {
        guard let numbers = stream?.split(separator: ":").map({ UInt64($0) }), numbers.count == 2,
            let facts = try? Stat(FileDescriptor(rawValue: descriptor))  // a closed descriptor is no journal
        else { return false }
        return numbers[0] == UInt64(facts.deviceID.rawValue) && numbers[1] == UInt64(facts.inode.rawValue)
    }
}
