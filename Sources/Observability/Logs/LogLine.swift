import Foundation
import Logging
import Maintenance

/// One event of the log as one line, its end included.
struct LogLine {
    let event: LogEvent
    /// The logger's own metadata and the event's, merged.
    let metadata: Logger.Metadata
    let instant: Date

    /// No line is longer, in bytes: a pipe takes so much whole or not at all (PIPE_BUF), and nobody reads more.
    static let limit = 4096
    private static let messageLimit = 2048

    func text(_ style: LogStyle) -> String {
        let prefix = style.showsPriority ? "<\(Self.priority(event.level))>" : ""
        return prefix + (style.isJSON ? json(room: Self.limit - prefix.utf8.count) : plain(style, prefix.utf8.count))
            + "\n"
    }

    // MARK: JSON

    private func json(room: Int) -> String {
        let time = InstantText.format(instant, in: .gmt, milliseconds: true)
        let message = LogEscaping.json("\(event.message)", limit: Self.messageLimit)
        var line = "{\"time\":\"\(time)\",\"level\":\"\(event.level)\",\"message\":\"\(message)\""
        let fields = LogFields(metadata, error: event.error, reserved: ["time", "level", "message"]).fields
        var left = room - line.utf8.count - Self.noteRoom
        for (index, field) in fields.enumerated() {
            let key = LogEscaping.json(field.key, limit: 100)
            let room = left - key.utf8.count - 6
            guard room >= Self.leastValue else {
                line += ",\"fields_cut\":\(fields.count - index)"
                break
            }
            let value =
                switch field.value {
                case .bare(let text): text
                case .text(let text): "\"\(LogEscaping.json(text, limit: room))\""
                }
            line += ",\"\(key)\":\(value)"
            left = room - value.utf8.count
        }
        return line + "}"
    }

    /// Room for saying how many fields did not fit, and for the end of the line.
    private static let noteRoom = 40
    /// A value of which less can be shown says nothing; numbers fit.
    private static let leastValue = 48

    // MARK: Text

    private func plain(_ style: LogStyle, _ used: Int) -> String {
        let time = InstantText.format(instant, in: style.timeZone).prefix(19).replacing("T", with: " ")
        let name = "\(event.level)".padded(to: 8)
        let message = LogEscaping.text("\(event.message)", limit: Self.messageLimit)
        let fields = LogFields(metadata, error: event.error, reserved: []).fields
        var line = "\(time) \(style.usesColour ? Self.paint(name, event.level) : name) "
        // The keys begin at one column, so that they are found below each other.
        line += fields.isEmpty ? message : message.padded(to: 44)
        var left = Self.limit - used - line.utf8.count - Self.noteRoom
        for (index, field) in fields.enumerated() {
            let key = LogEscaping.value(field.key, limit: 100)
            let room = left - key.utf8.count - 12
            guard room >= Self.leastValue else { return line + " fields_cut=\(fields.count - index)" }
            let value =
                switch field.value {
                case .bare(let text): text
                case .text(let text): LogEscaping.value(text, limit: room)
                }
            line += style.usesColour ? " \u{1B}[2m\(key)=\u{1B}[0m\(value)" : " \(key)=\(value)"
            left = room - value.utf8.count
        }
        return line
    }

    private static func paint(_ text: String, _ level: Logger.Level) -> String {
        let code =
            switch level {
            case .trace, .debug: "2"
            case .info: "32"
            case .notice: "36"
            case .warning: "33"
            case .error: "31"
            case .critical: "31;1"
            }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }

    /// The severities of syslog(3), of which journald takes a line's from its beginning (sd-daemon(3)).
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}

extension String {
    /// At least so many characters, blanks behind it.
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}
