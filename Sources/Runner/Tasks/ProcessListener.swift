import Maintenance
import PluginKit

/// A way to understand what a plugin's process writes to its standard output.
protocol ProcessListener: Sendable {
    /// Takes the next line, without its line feed, and returns the events in it.
    mutating func receive(_ line: [UInt8]) -> [PluginEvent]

    /// What the attempt came to, now that the process has ended.
    ///
    /// - Parameters:
    ///   - end: how it ended.
    ///   - errorText: the beginning of what it wrote to standard error.
    /// - Returns: its result, and all that was kept of what it said.
    mutating func conclude(_ end: PluginTranscript.End, errorText: String) -> PluginLauncher.Attempt
}

/// Listens to a plugin that speaks Ronde's own protocol.
struct EventListener: ProcessListener {
    private var transcript = PluginTranscript()

    mutating func receive(_ line: [UInt8]) -> [PluginEvent] { transcript.receive(line: line).map { [$0] } ?? [] }

    mutating func conclude(_ end: PluginTranscript.End, errorText: String) -> PluginLauncher.Attempt {
        let result = transcript.conclude(end, errorText: errorText)
        return PluginLauncher.Attempt(result: result, transcript: transcript)
    }
}
