import Foundation
import Logging

/// One event of the log as one line: `2026-11-21 10:00:00,123 INFO: started [in APIServer.swift:42]`.
enum LogLine {
    static func text(_ event: LogEvent, metadata: Logger.Metadata, at date: Date) -> String {
        let milliseconds = Int((date.timeIntervalSince1970 * 1_000).rounded(.down)) % 1_000
        let padded = String(repeating: "0", count: 3 - min(3, String(abs(milliseconds)).count)) + "\(abs(milliseconds))"
        let time = Timestamp.answer(date).replacing("T", with: " ")
        var line = "\(time),\(padded) \(name(event.level)): \(event.message)"
        if let error = event.error { line += ": \(error)" }
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
        let file = event.file.split(separator: "/").last ?? "-"
        return oneLine(line + " [in \(file):\(event.line)]") + "\n"
    }

    /// The names of Python's logging, which the readers of this log search for.
    private static func name(_ level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "DEBUG"
        case .info, .notice: "INFO"
        case .warning: "WARNING"
        case .error: "ERROR"
        case .critical: "CRITICAL"
        }
    }

    /// What came from outside must not begin a line of its own, nor speak to the terminal.
    private static func oneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: \.breaksALine) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if scalar.breaksALine {
                escaped += scalar.escaped(asASCII: true)
            } else {
                escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

/// A place that takes lines and never fails its caller.
protocol LogSink: Sendable {
    func write(_ line: String)
}

/// Hands the events of a logger to a sink, a line each.
struct LineLogger: LogHandler {
    let sink: any LogSink
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(sink: any LogSink, level: Logger.Level) {
        self.sink = sink
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata.merging(metadataProvider?.get() ?? [:]) { own, _ in own }
        all.merge(event.metadata ?? [:]) { _, new in new }
        // The number that the HTTP library gives each request says nothing in a log of single lines.
        all["hb.request.id"] = nil
        sink.write(LogLine.text(event, metadata: all, at: Date()))
    }
}
