import Maintenance

/// The schema of `ronde.yaml`.
enum InstanceSchema {
    static let schema = Schema.mapping(
        required: ["services"],
        [
            "timezone": Schema.timeZone.usually(.string("GMT")),
            "language": Schema.choice(Instance.Language.self).about("The language of reports and pages"),
            "folders": folders,
            "services": Schema.named(service).about("What is maintained, by name"),
            "daemon": .mapping(["checklists_at_once": .integer(1...1000)]),
            "notifications": NotificationSchema.schema,
            "endpoint": Schema.mapping(
                required: ["listen"],
                ["listen": Schema.fitting(".+:[0-9]{1,5}").about("Such as 127.0.0.1:7353"), "allow_remote": .boolean]),
            "metrics": .mapping(
                required: ["textfile"], ["textfile": .fitting("[^~].*\\.prom"), "every": .duration]),
            "expects": .named(expectation),
            "history": history,
        ])

    private static let folders = Schema.mapping([
        "schedules": .path, "plugins": .list(of: .path), "state": .path, "reports": .path,
    ])

    // MARK: Services

    private static let service = Schema.mapping([
        "title": .title,
        "url": Schema.fitting("[hH][tT][tT][pP][sS]?://[^?#@]+").about("The address, such as http://127.0.0.1:5000"),
        "databases": .named(.mapping(required: ["sqlite"], ["sqlite": .path])),
        "backups": backups,
        "control": Schema.mapping([
            "systemd": .fitting("[A-Za-z0-9_.@:\\\\][A-Za-z0-9_.@:\\\\-]*"), "start": .program, "stop": .program,
            "status": .program,
        ]).with(
            "oneOf",
            .array([
                .object(["required": .array([.string("systemd")])]),
                .object(["required": .array([.string("start"), .string("stop")])]),
            ])),
        "health": .either(.fitting("/.*"), .mapping(["path": .fitting("/.*"), "limit": .duration])),
        "thresholds": .mapping([
            "response_time": .duration, "users": .integer(0...Int.max), "database_size": .size, "cpu": .percentage,
            "memory": .size,
        ]),
    ])

    private static let backups = Schema.mapping(
        required: ["daily", "weekly", "monthly"],
        [
            "daily": .path, "weekly": .path, "monthly": .path,
            "adopted": .list(
                of: .mapping(
                    required: ["folder"],
                    ["folder": .path, "keep_daily": .count, "keep_weekly": .count, "keep_monthly": .count])),
            "encryption": Schema.mapping([
                "age": .list(of: .fitting("(age1|ssh-ed25519 |ssh-rsa ).+"), count: 1...64),
                "age_recipients_file": .path, "gpg_passphrase_file": .path, "identity": .path,
            ]).exactlyOne(of: ["age", "age_recipients_file", "gpg_passphrase_file"]),
            "offsite": .list(of: offsite),
        ])

    private static let offsite = Schema.mapping(
        required: ["name"],
        [
            "name": .name, "keep": .mapping(["daily": .count, "weekly": .count, "monthly": .count]),
            "bandwidth": .size,
            "rclone": .mapping(required: ["remote"], ["remote": .fitting("[^:-][^:]*:.*"), "config": .path]),
            "sftp": .mapping(
                required: ["host", "user", "folder", "identity", "known_hosts"],
                [
                    "host": .fitting("[^ @-][^ @]*"), "user": .fitting("[^ @-][^ @]*"), "port": .integer(1...65_535),
                    "folder": .text, "identity": .path, "known_hosts": .path,
                ]),
        ]
    ).exactlyOne(of: ["rclone", "sftp"])

    // MARK: Watching

    private static let expectation = Schema.mapping(
        required: ["key"],
        [
            "title": .title, "key": .secret,
            "schedule": .either(.cron, .mapping(required: ["cron"], ["cron": .cron, "timezone": .timeZone])),
            "every": .duration, "grace": .duration,
        ]
    ).exactlyOne(of: ["schedule", "every"])

    private static let history = Schema.mapping([
        "keep": .mapping([
            "days": .integer(1...36_500), "failed_days": .integer(1...36_500), "runs": .integer(1...100_000_000),
            "bytes": .size,
        ]),
        "ledger": .mapping(required: ["days"], ["days": .integer(1...36_500)]),
        "state": .size,
    ])
}

extension Schema {
    /// Where a secret is; the secret itself is no part of a file.
    static let secret = Schema.mapping(["env": .fitting("[A-Za-z_][A-Za-z0-9_]*"), "file": .path])
        .exactlyOne(of: ["env", "file"])
    /// A program and its arguments.
    static let program = Schema.list(of: .text, count: 1...64)
    /// How many sets of a tier are kept.
    fileprivate static let count = Schema.integer(0...10_000)
}
