import Foundation
import Maintenance
package import PluginKit
import Probing
import SystemPackage

/// Asks the service once how it is and how much it holds, and adds a line to a log.
///
/// A service that is not well, or a line that cannot be written, is critical.
package struct MonitorPlugin: TaskPlugin {
    package static let name = "monitor"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    private let configuration: MonitorConfiguration
    private let rules: ProbeRules

    /// Checks the parameters.
    ///
    /// - Throws: ``TaskFailure`` naming the parameter, what is wrong with it and what would be right.
    package init(_ configuration: MonitorConfiguration) throws {
        self.configuration = configuration
        do throws(Mistake) {
            rules = try ProbeRules(
                timeLimitEach: configuration.timeLimitEach, retries: 0,
                certificateAuthority: configuration.certificateAuthority)
            guard configuration.rotateAt.bytes > 0 else { throw Mistake("must be more than nothing", at: "rotate_at") }
            guard (1...1000).contains(configuration.keep) else {
                throw Mistake("\(configuration.keep) is not from 1 to 1000", at: "keep")
            }
            if let path = configuration.logFile, !path.hasPrefix("/") {
                throw Mistake("'\(path)' is no absolute path; begin it with '/'", at: "log_file")
            }
        } catch {
            throw error.failure
        }
    }

    /// Asks, and adds the line; or says what it would ask.
    ///
    /// - Throws: ``TaskFailure`` if the service has no URL, `CancellationError`.
    package func run(in context: TaskContext) async throws -> TaskResult {
        let path = try configuration.logFile.map { FilePath($0) } ?? context.stateFolder().appending("monitoring.log")
        let survey = try survey(of: context.service)
        if context.isDryRun {
            return TaskResult(.ok, "\(try survey.preview(context)); would add a line to \(path)")
        }
        let results = try await survey.ask(in: context)
        for result in results { result.tell(context) }
        let line = line(results, of: context.service)
        let log = RotatedLog(
            path: path, limit: Int(configuration.rotateAt.bytes), keep: configuration.keep)
        do {
            let trouble = try await log.append(line.text)
            context.log(.info, "added to \(path): \(line.text)")
            guard let trouble else { return TaskResult(line.isWell ? .ok : .critical, line.message) }
            context.log(.warning, "\(path) is full and was not begun anew: \(trouble)")
            return TaskResult(
                line.isWell ? .warning : .critical, "\(line.message); the log was not begun anew: \(trouble)")
        } catch let error as CancellationError {
            throw error
        } catch {
            context.log(.error, "not in the log: \(line.text)")
            return TaskResult(.critical, "\(line.message); the line could not be written: \(error)")
        }
    }

    private func survey(of service: Service) throws -> EndpointSurvey {
        do throws(Mistake) {
            var health = EndpointEntry.health(at: configuration.healthPath ?? service.health ?? "/api/health")
            health.name = "health"
            var stats = EndpointEntry(
                path: configuration.statsPath,
                measure: [
                    MeasureEntry(name: Self.users, field: configuration.usersField),
                    MeasureEntry(name: Self.size, field: configuration.sizeField, unit: "MiB"),
                ])
            stats.name = "stats"
            return try EndpointSurvey([health, stats], rules)
        } catch {
            throw error.failure
        }
    }

    private static let (users, size) = ("users", "database_size")

    private func line(_ results: [ProbeResult], of service: Service) -> MonitorLine {
        let values = results.reduce(into: [:]) { all, result in all.merge(result.values) { first, _ in first } }
        return MonitorLine(
            at: Date(), timeZone: TimeZone(identifier: service.timezone) ?? .gmt, users: values[Self.users],
            size: values[Self.size], troubles: results.filter { !$0.isWell }.flatMap(\.complaints))
    }
}
