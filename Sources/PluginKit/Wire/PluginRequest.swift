package import Foundation
package import Maintenance

/// What a plugin is asked to do: one line of JSON on its standard input.
///
/// Standard input stays open after it: its end means that whoever asked is gone, and the plugin should stop.
package struct PluginRequest: Hashable, Sendable, Codable {
    /// The version of the contract that this build speaks.
    package static let currentProtocol = 1

    package var protocolVersion: Int
    package var run: String
    package var task: String
    package var attempt: Int
    package var plugin: String
    package var service: Service
    package var with: JSONValue
    package var dryRun: Bool
    package var nominalTime: Date
    package var deadline: Date
    /// Absolute path of an existing empty folder.
    package var scratch: String
    /// Absolute path of a folder of the task's own that stays from run to run; nil where the plugin asked for none.
    ///
    /// It may be missing in a dry run, which leaves everything as it is.
    package var state: String?

    package init(
        run: String, task: String, attempt: Int, plugin: String, service: Service, with: JSONValue, dryRun: Bool,
        nominalTime: Date, deadline: Date, scratch: String, state: String? = nil
    ) {
        protocolVersion = Self.currentProtocol
        self.run = run
        self.task = task
        self.attempt = attempt
        self.plugin = plugin
        self.service = service
        self.with = with
        self.dryRun = dryRun
        self.nominalTime = nominalTime
        self.deadline = deadline
        self.scratch = scratch
        self.state = state
    }

    package enum CodingKeys: String, CodingKey {
        case protocolVersion = "protocol"
        case run, task, attempt, plugin, service, with
        case dryRun = "dry_run"
        case nominalTime = "nominal_time"
        case deadline, scratch, state
    }

    /// The request as one line, with its line feed.
    package func line(timeZone: TimeZone) throws -> [UInt8] {
        try [UInt8](RecordCoding.encoder(timeZone: timeZone).encode(self)) + [0x0A]
    }
}
