import ArgumentParser
import Backups
import ConfigurationFiles
import Encryption
import Foundation
import Glibc
import Maintenance
import Reports
import SystemPackage

extension Ronde.BackupsCommand {
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Read sets whole, and what they unpack to.",
            discussion: """
                Examples: ronde backups verify          every set
                          ronde backups verify latest
                A drill goes further: it restores the set and compares every row.
                Exit status: 0 all are sound, 2 at least one is not.
                """)

        @Argument(help: SetArgument.help) var sets: [String] = []
        @Flag(help: "Print JSON: {sets: [{set, folder, at, faults, bytes, unpacked}], problems}.") var json = false
        @OptionGroup var options: SiteOptions

        func run() async throws {
            let site = try await options.site()
            let inventory = try site.inventory()
            let chosen = try sets.isEmpty ? inventory.sets : sets.map { try inventory.set(matching: $0) }
            let results = try await StopOnSignals.run {
                var results: [SetVerification] = []
                for known in chosen {
                    let result = try await SetVerification.verify(known.set, now: Date())
                    if !json { Self.tell(result) }
                    try Self.note(result, of: known, in: inventory)
                    results.append(result)
                }
                return results
            }
            // Whoever names sets asks about no others.
            let problems = sets.isEmpty ? inventory.problems.filter(\.isDamage).map { "\($0)" } : []
            if json {
                struct Shape: Encodable {
                    let sets: [SetVerification]
                    let problems: [String]
                }
                try JSONOutput.print(Shape(sets: results, problems: problems), instants: site.timeZone)
            } else {
                Self.tell(results, problems)
            }
            if !problems.isEmpty || results.contains(where: { !$0.isSound }) { throw ExitCode(2) }
        }

        private static func tell(_ results: [SetVerification], _ problems: [String]) {
            let width = Terminal.width(STDERR_FILENO)
            for problem in problems { Terminal.say(WrappedText.block("ronde: \(problem)", width: width)) }
            let bad = results.filter { !$0.isSound }.count
            let others = problems.isEmpty ? "" : "; \(problems.count) that cannot be read, see above"
            Terminal.say("\(results.count) read, \(bad) not sound\(others)")
        }

        /// What is not sound does not count any more, as after a drill.
        private static func note(
            _ result: SetVerification, of known: KnownSet, in inventory: BackupInventory
        ) throws {
            guard let fault = result.faults.first else { return }
            let proof = FolderRecord.Proof(at: result.at, outcome: .failed, detail: fault, seconds: 0)
            _ = try inventory.note(proof, of: known.set.manifestPath.string)
        }

        private static func tell(_ result: SetVerification) {
            let mark = ReportWords.english.signed(result.isSound ? .ok : .critical)
            let what = result.isUnpacked ? "" : ", encrypted: only its stored bytes"
            print("\(mark)  \(result.set)  \(HumanText.bytes(Double(result.bytes)))\(what)")
            for fault in result.faults { print("    \(PrintableText.of(fault))") }
        }
    }

    struct Drill: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "drill", abstract: "Restore sets into scratch space and compare them, row by row.",
            discussion: """
                Examples: ronde backups drill              the newest, and what is due in rotation
                          ronde backups drill --all
                          ronde backups drill monthly:latest
                Exit status: 0 all were restored and are what their manifests say, 2 at least one is not.
                """)

        @Argument(help: SetArgument.help) var sets: [String] = []
        @Flag(help: "Every set.") var all = false
        @Option(help: "How old a set's last proof may become, such as 30d.") var every = "30d"
        @Option(help: ArgumentHelp("An age identity, for encrypted sets.", valueName: "path")) var identity: String?
        @Flag(help: "Print JSON: {drills: [{set, folder, outcome, detail, seconds}]}.") var json = false
        @OptionGroup var options: SiteOptions

        func run() async throws {
            let site = try await options.site()
            let targets = try chosen(in: try site.inventory())
            guard !targets.isEmpty else { throw CommandFailure.noInput("there is no backup to drill") }
            let results = try await StopOnSignals.run {
                try await site.withScratch { scratch in try await drill(targets, site, scratch) }
            }
            if json {
                struct Shape: Encodable { let drills: [DrillShape] }
                try JSONOutput.print(Shape(drills: results.map(DrillShape.init)), instants: site.timeZone)
            }
            if results.contains(where: \.hasFailed) { throw ExitCode(2) }
        }

        private func chosen(in inventory: BackupInventory) throws -> [DrillTarget] {
            let targets = try DrillTarget.all(in: inventory)
            if all { return targets }
            guard !sets.isEmpty else {
                let every = try TimeSpan(parsing: every).duration
                return DrillRotation(every: every).choose(from: targets, now: Date())
            }
            return try sets.map { text in
                let known = try inventory.set(matching: text)
                return targets.first { $0.places.contains(known) } ?? DrillTarget(places: [known])
            }
        }

        private func drill(
            _ targets: [DrillTarget], _ site: BackupSite, _ scratch: FilePath
        ) async throws -> [DrillResult] {
            let keys = Decryption(
                site.settings.encryption,
                identityFile: identity.map { ConfigurationLocator.absolute($0, from: InstanceOptions.workingFolder) })
            let drill = Backups.Drill(scratch: scratch, decryption: keys)
            var results: [DrillResult] = []
            var unrecorded: [String] = []
            for target in targets {
                let result = try await drill.run(target)
                if !json { Self.tell(result) }
                results.append(result)
                do { try result.record() } catch { unrecorded.append("\(error)") }
            }
            for problem in unrecorded { Terminal.say("ronde: not noted: \(problem)") }
            return results
        }

        private static func tell(_ result: DrillResult) {
            let name = "\(result.target.known.set.name)"
            let time = HumanText.duration(result.proof.seconds)
            let (outcome, words): (Outcome, String) =
                switch result.outcome {
                case .proven: (.ok, "restored in \(time), every row as in its manifest")
                case .storedBytesOnly(let why): (.warning, "only its stored bytes could be proven: \(why)")
                case .failed(let what): (.critical, what)
                }
            print("\(ReportWords.english.signed(outcome))  \(name)  \(PrintableText.of(words))")
        }
    }
}

private struct DrillShape: Encodable {
    let set: String
    let folder: String
    let outcome: String
    @OrNull var detail: String?
    let at: Date
    let seconds: Double

    init(_ result: DrillResult) {
        set = "\(result.target.known.set.name)"
        folder = result.target.known.set.folder.string
        let words: (String, String?) =
            switch result.outcome {
            case .proven: ("proven", nil)
            case .storedBytesOnly(let why): ("stored_bytes_only", why)
            case .failed(let what): ("failed", what)
            }
        outcome = words.0
        detail = words.1
        at = result.at
        seconds = result.proof.seconds
    }
}
