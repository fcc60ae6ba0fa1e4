import ArgumentParser
import Backups
import Foundation
import Maintenance

extension Ronde.BackupsCommand {
    struct Pin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pin", abstract: "Keep a set whatever the rules say.",
            discussion: "Example: ronde backups pin test_20251216_020000 --note 'before the move' --until 2026-12-31")

        @Argument(help: SetArgument.help) var set: String
        @Option(help: "Why.") var note: String
        @Option(help: "Until when: a date, or an instant in ISO 8601; for good where nothing is said.") var until:
            String?
        @OptionGroup var options: SiteOptions

        func validate() throws { try SetArgument.checkNote(note) }

        func run() async throws {
            let site = try await options.site()
            let until = try until.map { try InstantOption.parse($0, in: site.timeZone) }
            let pinned = try site.inventory().pin(set, note: note, until: until, now: Date())
            Terminal.say("Pinned \(pinned[0].set.name); undo it with: ronde backups unpin \(pinned[0].set.name)")
        }
    }

    struct Unpin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "unpin", abstract: "Leave a pinned set to the rules again.",
            discussion: "Example: ronde backups unpin test_20251216_020000")

        @Argument(help: SetArgument.help) var set: String
        @OptionGroup var options: SiteOptions

        func run() async throws {
            let unpinned = try await options.site().inventory().unpin(set)
            Terminal.say("\(unpinned[0].set.name) is no longer pinned.")
        }
    }

    struct Accept: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "accept", abstract: "Say that what fell in a set was meant to fall.",
            discussion: """
                A set whose rows, tables or size fell far below those of the set before it does not count, and nothing is
                removed, until a person accepts it.
                Example: ronde backups accept test_20251216_020000 --note 'old accounts were deleted'
                """)

        @Argument(help: SetArgument.help) var set: String
        @Option(help: "Why that is right.") var note: String
        @OptionGroup var options: SiteOptions

        func validate() throws { try SetArgument.checkNote(note) }

        func run() async throws {
            let accepted = try await options.site().inventory().accept(set, note: note, now: Date())
            Terminal.say("\(accepted[0].set.name) counts now, and further ones are compared with it.")
        }
    }
}

/// How the commands say what can be given for a set.
enum SetArgument {
    static func checkNote(_ note: String) throws {
        guard note.contains(where: { !$0.isWhitespace }) else {
            throw ValidationError("--note is empty; say why, for whoever reads it later.")
        }
    }

    static let help = ArgumentHelp(
        "A set's name, one of its files, 'latest', or a tier's newest as in 'weekly:latest'.", valueName: "set")
}
