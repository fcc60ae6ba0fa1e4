import ArgumentParser

extension Ronde {
    struct NotificationsCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "notifications", abstract: "See who was told of what, and try the channels.",
            discussion: """
                Examples: ronde notifications list
                          ronde notifications test ops
                Channels and rules are below 'notifications:' in ronde.yaml.
                """, subcommands: [ListNotifications.self, TestNotifications.self])
    }
}
