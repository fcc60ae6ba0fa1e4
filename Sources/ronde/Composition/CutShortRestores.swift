import Backups
import ConfigurationFiles
import DurableFiles
import Encryption
import Foundation
import Maintenance
import Restoring
import Runner
import SystemPackage

/// Restores that a kill cut short are brought to their end by whatever command comes next.
enum CutShortRestores {
    /// How long what a restore replaced is kept for `undo`.
    private static let kept: TimeInterval = 30 * 86_400

    /// Finishes or takes back restores of one database.
    ///
    /// - Throws: `RestoreError.unresolved` where a person has to look.
    static func settle(_ site: BackupSite) async throws {
        guard try FileFacts.of(folder(of: site), followingLinks: true) != nil else { return }
        let scratch = ScratchFolder(unrecordedIn: site.instance.runnerSettings().scratchFolder)
        defer { scratch.remove() }
        let restore = try RestoreSite(
            site, scratch: scratch.path, keys: Decryption(site.settings.encryption), observe: { _ in })
        for result in try await restore.transaction.resume() {
            let words = "ronde: the restore \(result.restore) had been cut short"
            guard result.outcome != .abandoned else {
                Terminal.say("\(words) before it replaced anything; the database is the old one.")
                for note in result.notes { Terminal.say("  \(note)") }
                continue
            }
            Terminal.say("\(words), and is settled now.")
            RestoreWords.tell(result, of: site)
        }
    }

    /// The same for all databases; what cannot be settled is told and left to a person.
    static func settle(_ instance: Instance) async {
        for service in instance.services.values.sorted(by: { $0.name < $1.name }) {
            guard let settings = service.backups else { continue }
            for (name, location) in service.databases.sorted(by: { $0.key < $1.key }) {
                do {
                    let site = try BackupSite(
                        instance: instance, service: service, settings: settings, name: name, location: location)
                    try await settle(site)
                    _ = try RestoreStore(folder: folder(of: site)).expire(before: Date() - kept)
                } catch {
                    Terminal.say("ronde: \(error)")
                }
            }
        }
    }

    private static func folder(of site: BackupSite) -> FilePath {
        site.instance.runnerSettings().stateFolder.appending("restores")
    }
}
