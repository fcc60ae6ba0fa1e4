import DurableFiles
import Maintenance
package import PluginKit
import SystemPackage

/// Checks the mode and owner of files and folders, and mends them where that is asked for.
package struct PermissionsPlugin: TaskPlugin {
    package static let name = "permissions"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    private let configuration: PermissionsConfiguration
    private let rules: [PermissionRule]

    package init(_ configuration: PermissionsConfiguration) throws {
        self.configuration = configuration
        rules = try configuration.check()
    }

    @concurrent
    package func run(in context: TaskContext) async throws -> TaskResult {
        let usual = configuration.usual ? try UsualRules.rules(of: context.service) : []
        // Who has said something about a path means that, and not what is usual.
        let all = rules + usual.filter { rule in !rules.contains { $0.replaces(rule) } }
        guard !all.isEmpty else {
            throw TaskFailure(
                .unknown, "there is nothing to check: name paths in 'rules', or databases and backups of the service")
        }
        let targets = try PermissionTargets(all)
        var report = PermissionsReport(mends: configuration.mend, context: context)
        report.add(targets)
        report.add(openFolders: Self.openFolders(above: targets, &report))
        for target in targets.different {
            try Task.checkCancellation()
            guard configuration.mend, !context.isDryRun else {
                report.differs(target, strangeNames: targets.strangeNames(of: target.facts))
                continue
            }
            do {
                try Mending.mend(target, in: targets)
                report.mended(target)
            } catch let refusal as Mending.Refusal {
                report.refused(target, refusal.description)
            } catch let error as FileError {
                report.refused(target, "\(error)")
            }
        }
        return report.conclude(looked: targets.looked)
    }

    /// The folders above in which everybody may rename and remove what others have.
    private static func openFolders(
        above targets: PermissionTargets, _ report: inout PermissionsReport
    ) -> [FilePath] {
        var open: [FilePath] = []
        for folder in targets.foldersAbove {
            do throws(FileError) {
                guard let facts = try FileFacts.of(folder, followingLinks: true) else { continue }
                if facts.permissions.contains(.otherWrite), !facts.permissions.contains(.saveText) {
                    open.append(folder)
                }
            } catch {
                report.problem("\(error)")
            }
        }
        return open
    }
}
