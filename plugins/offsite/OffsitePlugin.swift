import Backups
import Foundation
import Maintenance
import Offsite
package import PluginKit
import SystemPackage

/// Copies the sets of a database to one off-site place.
///
/// A task of its own: whatever goes wrong at the other end says nothing against the sets of this host.
package struct OffsitePlugin: TaskPlugin {
    package static let name = "offsite"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    package struct Configuration: Decodable, Sendable {
        var database: String?
        var place: String
        var verifyAgain: TimeSpan?

        enum CodingKeys: String, CodingKey {
            case database, place
            case verifyAgain = "verify_again"
        }
    }

    private let configuration: Configuration

    package init(_ configuration: Configuration) { self.configuration = configuration }

    @concurrent
    package func run(in context: TaskContext) async throws -> TaskResult {
        let (name, path) = try context.database(named: configuration.database)
        let (settings, target) = try target(in: context)
        let timeZone = TimeZone(identifier: context.service.timezone) ?? .gmt
        let identity = BackupIdentity(service: context.service.name, database: name, file: path)
        let known = try BackupInventory.read(
            BackupPlace.all(of: settings), pools: BackupPool.all(of: settings), of: identity
        ).sets
        do {
            let place = try OffsitePlace(
                target, of: identity, folder: FilePath(settings.daily).lexicallyNormalized(), timeZone: timeZone,
                scratch: context.scratch,
                reverifyAfter: configuration.verifyAgain?.duration)
            context.progress(nil, "listing \(target.name)")
            let plan = try place.plan(known, there: try await place.copy.setsThere())
            if context.isDryRun { return rehearsal(plan, target) }
            return report(await place.copy.run(plan.sets, removing: plan.expired), target, context)
        } catch let error as OffsiteError {
            throw TaskFailure(.critical, "\(error)")
        }
    }

    private func target(in context: TaskContext) throws(TaskFailure) -> (BackupSettings, OffsiteTarget) {
        guard let settings = context.service.backups else {
            throw TaskFailure(
                .unknown, "service '\(context.service.name)' has no backup folders; name them below 'backups:'")
        }
        guard let target = settings.offsite.first(where: { $0.name == configuration.place }) else {
            let known = settings.offsite.map(\.name).joined(separator: ", ")
            throw TaskFailure(
                .unknown,
                "there is no off-site place '\(configuration.place)' below 'backups: offsite:' of"
                    + " '\(context.service.name)'; there are: \(known.isEmpty ? "none" : known)")
        }
        return (settings, target)
    }

    private func rehearsal(_ plan: OffsitePlan, _ target: OffsiteTarget) -> TaskResult {
        TaskResult(
            .ok, "\(target.name) should have \(Self.count(plan.sets.count)); would remove \(plan.expired.count) there")
    }

    private func report(_ report: OffsiteReport, _ target: OffsiteTarget, _ context: TaskContext) -> TaskResult {
        for note in report.notes { context.log(.info, note) }
        for entry in report.sets {
            if let failure = entry.failure {
                context.log(.error, "\(entry.set): \(failure)")
            } else if entry.uploadedFiles > 0 {
                context.log(.info, "\(entry.set): \(ByteSize(bytes: Int64(entry.uploadedBytes))) sent and compared")
            }
        }
        for name in report.removed { context.log(.info, "removed \(name) at \(target.name)") }
        let failed = report.sets.filter { !$0.isThere }
        let sent = report.sets.reduce(0) { $0 + $1.uploadedBytes }
        context.measure(TaskMeasurement("sets_there", Double(report.sets.count - failed.count), .count))
        context.measure(TaskMeasurement("bytes_sent", Double(sent), .bytes))
        context.measure(TaskMeasurement("sets_failed", Double(failed.count), .count))
        if let failure = report.failure {
            return TaskResult(.critical, "\(failure); the sets of this host are not touched")
        }
        if let first = failed.first, let failure = first.failure {
            let newest = report.sets.first?.isThere == true ? "the newest is there" : "the newest is not there"
            return TaskResult(
                .critical, "\(Self.count(failed.count)) not copied to \(target.name), \(newest): \(failure)")
        }
        let summary =
            "\(target.name) has \(Self.count(report.sets.count)), \(ByteSize(bytes: Int64(sent))) sent,"
            + " \(report.removed.count) removed"
        if let problem = report.removalFailure { return TaskResult(.warning, "\(summary); \(problem)") }
        return TaskResult(report.sets.isEmpty ? .warning : .ok, summary)
    }

    private static func count(_ number: Int) -> String { "\(number) set\(number == 1 ? "" : "s")" }
}
