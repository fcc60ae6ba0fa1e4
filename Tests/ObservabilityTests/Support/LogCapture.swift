import Logging
import Synchronization

/// A logger whose messages a test can read.
final class LogCapture: Sendable {
    private let messages = Mutex<[String]>([])

    var all: [String] { messages.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(capture: self) } }

    private func add(_ text: String) { messages.withLock { $0.append(text) } }

    private struct Handler: LogHandler {
        let capture: LogCapture
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
            capture.add("\(event.level): \(event.message)\(fields.joined())")
        }
    }
}
