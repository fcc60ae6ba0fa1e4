import Foundation
package import Maintenance

/// What a plugin says: one line of JSON each on its standard output.
package enum PluginEvent: Hashable, Sendable {
    /// `fraction` from 0 to 1, or nil where it cannot be known.
    case progress(fraction: Double?, message: String)
    case log(LogLine)
    case measurement(TaskMeasurement)
    case artifact(Artifact)
    /// Exactly once, last.
    case result(TaskResult)

    /// Reads one line, without its line feed.
    ///
    /// - Throws: ``PluginEventError`` saying what is wrong with the line.
    package init(line: [UInt8]) throws(PluginEventError) {
        do {
            self = try RecordCoding.decoder().decode(PluginEvent.self, from: Data(line))
        } catch {
            let shown = String(decoding: line.prefix(120), as: UTF8.self)
            throw PluginEventError(line: shown, reason: RecordCoding.explain(error))
        }
    }

    /// The event as one line, with its line feed.
    package func line() throws -> [UInt8] {
        try [UInt8](RecordCoding.encoder().encode(self)) + [0x0A]
    }
}

/// A line of a plugin's output that is no event.
package struct PluginEventError: Error, Hashable, CustomStringConvertible {
    /// The beginning of the line.
    package let line: String
    package let reason: String

    package var description: String { "'\(line)' is no event of the plugin contract: \(reason)" }
}

extension PluginEvent: Codable {
    private enum Kind: String, Codable {
        case progress, log, measurement, artifact, result
    }

    private enum Keys: String, CodingKey {
        case type, fraction, message
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        switch try container.decode(Kind.self, forKey: .type) {
        case .progress:
            let fraction = try container.decodeIfPresent(Double.self, forKey: .fraction)
            self = .progress(
                fraction: fraction.map { min(max($0, 0), 1) },
                message: try container.decodeIfPresent(String.self, forKey: .message) ?? "")
        case .log: self = .log(try LogLine(from: decoder))
        case .measurement: self = .measurement(try TaskMeasurement(from: decoder))
        case .artifact: self = .artifact(try Artifact(from: decoder))
        case .result: self = .result(try TaskResult(from: decoder))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        switch self {
        case .progress(let fraction, let message):
            try container.encode(Kind.progress, forKey: .type)
            try container.encode(fraction, forKey: .fraction)
            try container.encode(message, forKey: .message)
        case .log(let line):
            try container.encode(Kind.log, forKey: .type)
            try line.encode(to: encoder)
        case .measurement(let measurement):
            try container.encode(Kind.measurement, forKey: .type)
            try measurement.encode(to: encoder)
        case .artifact(let artifact):
            try container.encode(Kind.artifact, forKey: .type)
            try artifact.encode(to: encoder)
        case .result(let result):
            try container.encode(Kind.result, forKey: .type)
            try result.encode(to: encoder)
        }
    }
}
