import Maintenance

/// The schema of `notifications:`.
enum NotificationSchema {
    static let schema = Schema.mapping([
        "channels": .named(channel), "rules": .named(rule), "pings": .named(ping),
        "give_up": Schema.duration.about("How long a message is tried before it is given up"),
    ])

    private static let channel = Schema.mapping([
        "mail": mail, "webhook": webhook, "command": .program, "limit": .duration,
    ])
    .exactlyOne(of: ["mail", "webhook", "command"])

    private static let mail = Schema.mapping(
        required: ["server", "from", "to"],
        [
            "server": Schema.fitting("[sS][mM][tT][pP][sS]?://.+").about("Such as smtp://mail.example.org:587"),
            "tls": .choice(MailChannel.Security.self), "authority": .path, "user": .text, "password": .secret,
            "from": .text, "to": .list(of: .text, count: 1...100),
        ]
    ).with(
        "dependentRequired", .object(["user": .array([.string("password")]), "password": .array([.string("user")])]))

    private static let webhook = Schema.mapping(
        required: ["url"],
        [
            "url": address, "format": .choice(WebhookChannel.Format.self),
            "headers": .named(.either(.text, .secret), names: .fitting("[A-Za-z0-9_-]{1,100}")), "token": .secret,
            "authority": .path,
        ])

    private static let address = Schema.either(.fitting("[hH][tT][tT][pP][sS]?://[^#]+"), .secret)

    private static let rule = Schema.mapping([
        "on": .items(.choice(NoticeEvent.self)), "checklists": .names, "tasks": .names, "outcomes": outcomes,
        "channels": .names, "after": .integer(1...1000), "repeat": .either(.duration, .choice(of: ["never"])),
        "quiet": .mapping(
            required: ["hours"],
            [
                "hours": Schema.fitting("[0-9 ]{1,3}:[0-9]{2} *- *[0-9]{1,2}:[0-9]{2} *").about("Such as 22:00-07:00"),
                "timezone": .timeZone, "except": outcomes,
            ]),
    ])

    private static let outcomes = Schema.items(.choice(of: ["warning", "critical", "unknown", "waiting"]))

    private static let ping = Schema.mapping(
        required: ["url"],
        ["url": address, "checklists": .names, "start": .boolean, "exit_status": .boolean, "authority": .path])
}

extension Schema {
    /// Names of things that the file names elsewhere.
    fileprivate static let names = Schema.either(.text, .list(of: .text))
}
