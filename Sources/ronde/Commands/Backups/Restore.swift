import ArgumentParser
import Backups
import ConfigurationFiles
import Foundation
import Glibc
import Maintenance
import Reports
import Restoring
import SystemPackage

extension Ronde.BackupsCommand {
    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "restore", abstract: "Put a backup in place of the database.",
            discussion: """
                Examples: ronde backups restore --plan
                          ronde backups restore weekly:latest
                          ronde backups restore backup_202512.sql.gz --yes
                Shows what it would do and asks. Then: the service is stopped, the present database is kept, the backup is
                checked and swapped in, the service is started and looked at; if that fails, the old database is put
                back. A kill leaves the old or the new database, and the next command brings it to its end.
                Takes sets, and files of others: .db and .sql, also with .gz or .zst.
                Exit status: 0 restored, 2 the old database is in place (again).
                """)

        @Argument(help: SetArgument.help) var set = "latest"
        @OptionGroup var confirmation: RestoreConfirmation
        @OptionGroup var options: SiteOptions

        func run() async throws {
            let site = try await options.site()
            try await RestoreSession(site, confirmation).run(try source(in: site))
        }

        private func source(in site: BackupSite) throws -> RestoreSource {
            let inventory = try site.inventory()
            if set == "latest" {
                guard let newest = inventory.newestVerified else {
                    throw CommandFailure.noInput(
                        "there is no verified backup of '\(site.identity.database)'; see 'ronde backups list'")
                }
                return .newest(newest)
            }
            // A file that is there and is no file of a set is one that Ronde did not make.
            do {
                return .set(try inventory.set(matching: set), isNamed: true)
            } catch let error as BackupError {
                let path = ConfigurationLocator.absolute(set, from: InstanceOptions.workingFolder)
                guard case .noSuchSet = error, FileManager.default.fileExists(atPath: path.string) else { throw error }
                return .file(path)
            }
        }
    }

    struct Undo: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "undo", abstract: "Put back what the last restore replaced.",
            discussion: "Example: ronde backups undo\nIt is a restore itself, and can be undone.")

        @OptionGroup var confirmation: RestoreConfirmation
        @OptionGroup var options: SiteOptions

        func run() async throws {
            try await RestoreSession(try await options.site(), confirmation).run(.replaced)
        }
    }
}

/// How a restore is confirmed.
struct RestoreConfirmation: ParsableArguments {
    @Flag(help: "Show the plan, and do nothing.") var plan = false
    @Flag(help: "Do not ask.") var yes = false

    @Option(
        name: .customLong("plan-id"),
        help: ArgumentHelp("With --yes: only if the plan is still the one with this id.", valueName: "id"))
    var planID: String?

    @Option(help: ArgumentHelp("An age identity, for an encrypted set.", valueName: "path")) var identity: String?
    @Option(help: ArgumentHelp("A file with a passphrase of GPG.", valueName: "path")) var passphraseFile: String?
    @Flag(help: "Print JSON: with --plan the plan, else {restore, outcome, reason, tables, replaced, …}.") var json =
        false
}
