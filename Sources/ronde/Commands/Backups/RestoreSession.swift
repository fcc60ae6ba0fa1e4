import ArgumentParser
import Backups
import ConfigurationFiles
import Encryption
import Glibc
import Maintenance
import Restoring
import Runner
import SystemPackage

/// From the plan over the question to the result.
struct RestoreSession {
    private let site: BackupSite
    private let confirmation: RestoreConfirmation

    init(_ site: BackupSite, _ confirmation: RestoreConfirmation) {
        self.site = site
        self.confirmation = confirmation
    }

    func run(_ source: RestoreSource) async throws {
        let isQuiet = confirmation.json
        let result = try await StopOnSignals.run {
            try await site.withScratch { scratch in
                let restore = try RestoreSite(site, scratch: scratch, keys: keys) { step in
                    if !isQuiet { Terminal.say(RestoreWords.doing(step)) }
                }
                let plan = try await restore.planner.plan(source)
                if confirmation.plan { return try show(plan) }
                try confirm(plan)
                return try await restore.transaction.run(source, confirmed: confirmation.planID ?? plan.id)
            }
        }
        guard let result else { return }
        if confirmation.json {
            try JSONOutput.print(result, instants: site.timeZone)
        } else {
            RestoreWords.tell(result, of: site)
        }
        if result.outcome != .restored { throw ExitCode(2) }
    }

    /// What the configuration names, and what the person names; nil where there is no key at all.
    private var keys: Decryption? {
        func path(_ text: String?) -> FilePath? {
            text.map { ConfigurationLocator.absolute($0, from: InstanceOptions.workingFolder) }
        }
        var keys = Decryption(site.settings.encryption, identityFile: path(confirmation.identity))
        if let passphrase = path(confirmation.passphraseFile) {
            keys = keys ?? Decryption()
            keys?.passphraseFile = passphrase
        }
        return keys
    }

    private func show(_ plan: RestorePlan) throws -> RestoreResult? {
        if confirmation.json {
            try JSONOutput.print(plan, instants: site.timeZone)
        } else {
            Terminal.write(RestoreWords.text(plan, in: site.timeZone, width: Terminal.width()), to: STDOUT_FILENO)
            let command = plan.kind == .undo ? "undo" : "restore \(plan.source.name)"
            Terminal.say("Do it with: ronde backups \(command) --yes --plan-id \(plan.id)")
        }
        return nil
    }

    private func confirm(_ plan: RestorePlan) throws {
        if let id = confirmation.planID, !plan.accepts(id) { throw RestoreError.otherPlan(confirmed: id, now: plan) }
        if !confirmation.json {
            let width = Terminal.width(STDERR_FILENO)
            Terminal.write(RestoreWords.text(plan, in: site.timeZone, width: width), to: STDERR_FILENO)
        }
        if confirmation.yes { return }
        guard let answer = Confirmation.ask("Replace the database?") else {
            throw CommandFailure.usage("nothing was changed: add --yes where nobody can be asked")
        }
        guard answer else { throw CommandFailure(message: "nothing was changed", status: 1) }
    }
}
