import ArgumentParser

extension Ronde {
    struct BackupsCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backups",
            abstract: "List, prove, restore and look after backups.",
            discussion: """
                Examples:
                  ronde backups list                  every set: its age, when it was last proven, why it is kept
                  ronde backups restore               put the newest one back, after showing what that means
                  ronde backups drill                 restore sets into scratch space and compare them
                """,
            subcommands: [],
            groupedSubcommands: [
                CommandGroup(name: "Look", subcommands: [List.self, Show.self]),
                CommandGroup(name: "Prove", subcommands: [Verify.self, Drill.self]),
                CommandGroup(name: "Restore", subcommands: [Restore.self, Undo.self, Repair.self, Extract.self]),
                CommandGroup(
                    name: "Keep and remove",
                    subcommands: [Prune.self, Pin.self, Unpin.self, Accept.self, Adopt.self]),
                CommandGroup(name: "Exchange", subcommands: [Export.self, Import.self, Offsite.self]),
            ])
    }
}
