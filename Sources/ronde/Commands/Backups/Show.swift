import ArgumentParser
import Backups
import Foundation
import Glibc
import Maintenance
import Reports
import SQLiteFile
import SystemPackage

extension Ronde.BackupsCommand {
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show all that is known of a set.",
            discussion: "Example: ronde backups show latest")

        @Argument(help: SetArgument.help) var set = "latest"
        @Flag(help: "Print JSON: what 'list' says of the set, and its manifest.") var json = false
        @OptionGroup var options: SiteOptions

        func run() async throws {
            let site = try await options.site()
            let now = Date()
            let inventory = try site.inventory()
            let known = try inventory.set(matching: set)
            let decisions = try site.pruningPlans(of: inventory, now: now).lazy.flatMap(\.decisions)
            let decision = decisions.first { $0.set == known.set }
            let listing = SetListing(known, decision: decision, now: now)
            let manifest = try known.set.manifest()
            if json {
                return try JSONOutput.print(
                    SetShape(listing: listing, manifest: manifest), instants: site.timeZone)
            }
            Terminal.write(facts(listing, manifest, site.timeZone, now), to: STDOUT_FILENO)
            var table = TextTable(columns: [.init("Table", minimum: 12), .init("Rows", .right), .init("SHA-256")])
            for row in manifest.database.tables {
                table.add([row.name, HumanText.number(Double(row.rows)), "\(row.sha256)".prefix(16) + "…"])
            }
            Terminal.write("\n" + table.text(width: Terminal.width()), to: STDOUT_FILENO)
            Terminal.say("\nRestore it with: ronde backups restore \(known.set.name)")
        }

        private func facts(
            _ listing: SetListing, _ manifest: BackupManifest, _ timeZone: TimeZone, _ now: Date
        ) -> String {
            let (known, database) = (listing.known, manifest.database)
            var text = ""
            func add(_ title: String, _ value: String) {
                let head = title.padding(toLength: 12, withPad: " ", startingAt: 0)
                text += WrappedText.block(PrintableText.of(value), first: head, width: Terminal.width()) + "\n"
            }
            func when(_ instant: Date) -> String { InstantText.format(instant, in: timeZone) }
            add("Set", "\(known.set.name)")
            add("Folder", known.set.folder.string)
            for file in manifest.files {
                let kind = [file.compression, file.encryption].compactMap(\.self).joined(separator: ", ")
                add("File", "\(file.name), \(HumanText.bytes(Double(file.bytes))) (\(kind)), SHA-256 \(file.sha256)")
            }
            add("Tier", SetWords.tiers(of: known.set))
            add("Taken", "\(when(known.instant)), \(SetWords.age(listing.age)) ago")
            add("Verified", "\(when(known.provenAt)), \(SetWords.age(now.timeIntervalSince(known.provenAt))) ago")
            if let drill = known.drill {
                add("Last drill", "\(when(drill.at)): \(drill.outcome.rawValue)\(drill.detail.map { ", \($0)" } ?? "")")
            }
            if let pin = known.pin {
                add("Pinned", "\(pin.until.map { "until \(when($0))" } ?? "for good"): \(pin.note)")
            }
            if let why = known.whyNot { add("Mind", "it does not count: \(why)") }
            if let accepted = known.acceptance { add("Accepted", "\(when(accepted.at)): \(accepted.note)") }
            add("Retention", listing.retention.map { ($0.keep ? "kept: " : "goes next: ") + $0.reason } ?? "not pruned")
            add(
                "Database",
                "\(database.path), \(HumanText.bytes(Double(database.pageSize * database.pageCount))) in"
                    + " \(database.pageCount) pages of \(database.pageSize) B, SQLite \(database.sqliteVersion),"
                    + " user_version \(database.userVersion), schema \("\(database.schemaHash)".prefix(16))…")
            return text
        }
    }
}

private struct SetShape: Encodable {
    let listing: SetListing
    let manifest: BackupManifest

    enum CodingKeys: String, CodingKey { case manifest }

    func encode(to encoder: any Encoder) throws {
        try listing.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(manifest, forKey: .manifest)
    }
}
