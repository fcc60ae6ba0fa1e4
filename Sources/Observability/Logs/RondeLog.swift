import Foundation
package import Logging

/// Ronde's log: each event one line of text or JSON, on standard error.
package struct RondeLog: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let style: LogStyle
    private let writer: LogWriter
    private let now: @Sendable () -> Date

    /// A handler for `LoggingSystem.bootstrap`.
    package init(_ style: LogStyle, level: Logger.Level = .info, writer: LogWriter = .standardError) {
        self.init(style, level: level, writer: writer, now: { Date() })
    }

    /// A handler with another clock.
    init(_ style: LogStyle, level: Logger.Level, writer: LogWriter, now: @escaping @Sendable () -> Date) {
        self.style = style
        logLevel = level
        self.writer = writer
        self.now = now
    }

    /// What every line of this logger carries besides its own.
    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one event; one that cannot be written is counted, and the next one says so.
    package func log(event: LogEvent) {
        var all = metadata
        if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
        all.merge(event.metadata ?? [:]) { _, new in new }
        // The number that the HTTP library gives each request says nothing in a log of single lines.
        all["hb.request.id"] = nil
        let instant = now()
        writer.write(LogLine(event: event, metadata: all, instant: instant).text(style)) { count in
            let note = LogEvent(
                level: .warning, message: "lines of the log were left out: nobody read them, or the disk was full",
                metadata: ["lines": .stringConvertible(count)], source: nil, file: #fileID, function: #function,
                line: #line)
            return LogLine(event: note, metadata: note.metadata ?? [:], instant: instant).text(style)
        }
    }
}
