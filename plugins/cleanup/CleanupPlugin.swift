import Backups
import DurableFiles
import FileUsers
package import Foundation
import Maintenance
package import PluginKit
import SystemPackage

/// Removes files by name and age from named folders.
package struct CleanupPlugin: TaskPlugin {
    package static let name = "cleanup"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    private let atMost: Int
    private let rules: [CleanupRule]
    private let now: @Sendable () -> Date

    package init(_ configuration: CleanupConfiguration) throws { try self.init(configuration, now: { Date() }) }

    /// The same with another wall clock.
    package init(_ configuration: CleanupConfiguration, now: @escaping @Sendable () -> Date) throws {
        atMost = configuration.atMost
        rules = try configuration.check()
        self.now = now
    }

    @concurrent
    package func run(in context: TaskContext) async throws -> TaskResult {
        var report = CleanupReport(context)
        let users = Self.users(&report)
        let ownFolders = Self.ownFolders(context.service)
        var left = atMost
        for (index, rule) in rules.enumerated() {
            context.progress(Double(index) / Double(rules.count), "looking into \(rule.folder)")
            do {
                let find = try CleanupFind(rule, ownFolders: ownFolders)
                report.add(find)
                let choice = CleanupChoice(of: find.files, by: rule.settings, now: now())
                report.add(choice, rule)
                let chosen = choice.removed.prefix(left)
                left -= chosen.count
                report.postponed += choice.removed.count - chosen.count
                let removal = CleanupRemoval(rule: rule, users: users)
                let emptied = try remove(chosen, removal, &report, context)
                if rule.settings.emptyFolders, choice.stop == nil {
                    try removeFolders(find, emptied, removal, &report, context)
                }
            } catch let refusal as CleanupFind.Refusal {
                report.warn(refusal.description)
            } catch let error as FileError {
                report.fail(error)
            }
        }
        return report.conclude()
    }

    /// - Returns: the folders from which files were removed.
    private func remove(
        _ files: ArraySlice<CleanupFind.File>, _ removal: CleanupRemoval, _ report: inout CleanupReport,
        _ context: TaskContext
    ) throws -> Set<FilePath> {
        var emptied: Set<FilePath> = []
        for file in files {
            try Task.checkCancellation()
            let path = removal.path(of: file)
            if context.isDryRun, removal.users?.user(of: file.facts) == nil {
                report.wouldRemove(path, file.facts.size)
                continue
            }
            do throws(FileError) {
                switch try removal.remove(file) {
                case .removed:
                    report.removed(path, file.facts)
                    emptied.insert(removal.path(of: file.folders))
                case .left(let why): report.left(why)
                }
            } catch {
                report.fail(error)
            }
        }
        return emptied
    }

    private func removeFolders(
        _ find: CleanupFind, _ emptied: Set<FilePath>, _ removal: CleanupRemoval, _ report: inout CleanupReport,
        _ context: TaskContext
    ) throws {
        guard !context.isDryRun else { return report.note("would remove folders below that are empty then") }
        var emptied = emptied
        let age = removal.rule.settings.olderThan?.seconds ?? .infinity
        // Deepest first: one that loses its last folder is empty, too.
        for folder in find.folders {
            try Task.checkCancellation()
            let path = removal.path(of: folder.folders)
            guard emptied.contains(path) || now().timeIntervalSince(folder.modified) > age else { continue }
            do throws(FileError) {
                guard try removal.removeFolder(folder.folders) else { continue }
                report.removedFolder(path)
                emptied.insert(Folder.parent(of: path))
            } catch {
                report.fail(error)
            }
        }
    }

    private static func users(_ report: inout CleanupReport) -> FileUsers? {
        do throws(FileError) {
            let users = try FileUsers()
            if users.unseenProcesses > 0 {
                report.note("\(users.unseenProcesses) processes of other users do not show which files they have open")
            }
            return users
        } catch {
            report.note("which files are in use cannot be told: \(error)")
            return nil
        }
    }

    /// Where the service keeps its sets; other services' are known by what lies in them.
    private static func ownFolders(_ service: Service) -> Set<FilePath> {
        guard let settings = service.backups else { return [] }
        return Set(BackupPlace.all(of: settings).map(\.folder) + BackupPool.all(of: settings).map(\.folder))
    }
}
