package import Logging

/// Loggers of the service.
package enum ServiceLog {
    /// A logger that writes to `file`, or to standard error where there is none.
    package static func logger(file: LogFile?, level: Logger.Level) -> Logger {
        let sink: any LogSink = file ?? StandardErrorLog.shared
        return Logger(label: "api-service") { _ in LineLogger(sink: sink, level: level) }
    }

    /// The same logger for the libraries below, of which only what goes wrong is worth a line.
    static func quiet(_ logger: Logger) -> Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .error)
        return quiet
    }
}
