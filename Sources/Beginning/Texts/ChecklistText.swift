/// The checklists of a new instance, with the tasks that its service allows.
struct ChecklistText {
    let answers: Answers
    private var tasks: TaskText { TaskText(answers: answers) }
    private var hasDatabase: Bool { answers.database != nil }
    private var hasURL: Bool { answers.url != nil }

    /// The file's name in the folder of schedules, and its text; none for a service of which nothing is known.
    var files: [(name: String, text: String)] {
        guard hasDatabase || hasURL else { return [] }
        return [("daily.yaml", daily), ("weekly.yaml", weekly), ("monthly.yaml", monthly)]
    }

    private var daily: String {
        let backup = tasks.backup(
            task: "backup", title: "Backup of the day", with: "tier: daily, keep: 7", retry: "attempts: 2, delay: 10s",
            notes: [
                "Copies the live database, verifies the copy, and only then removes backups that are no longer kept: the",
                "newest of each of the last 7 days that have one stays.",
            ])
        return checklist(
            Head(
                name: "daily", title: "Daily maintenance", cron: "0 2 * * *", within: "20h", timeLimit: "15m",
                when: "Every day at 2:00", purpose: dailyPurpose),
            (hasURL ? [tasks.health] : []) + (hasDatabase ? [backup, tasks.quickCheck, tasks.optimize] : []))
    }

    private var dailyPurpose: String {
        switch (hasURL, hasDatabase) {
        case (true, true): "is the service well, and is there a backup of today?"
        case (true, false): "is the service well?"
        default: "is there a backup of today?"
        }
    }

    private var weekly: String {
        let backup = tasks.backup(
            task: "backup", title: "Backup of the week", with: "tier: weekly, keep: 4",
            retry: "attempts: 3, delay: 30s, backoff: 2",
            notes: ["A backup to keep for weeks: the newest of each of 4."])
        return checklist(
            Head(
                name: "weekly", title: "Weekly maintenance", cron: "0 3 * * SUN", within: "3d", timeLimit: "30m",
                when: "Sundays at 3:00",
                purpose: hasDatabase
                    ? "backups proven to restore, free pages reclaimed, every page checked." : "all pages."),
            (hasDatabase ? [backup, tasks.drill, tasks.reclaim, tasks.integrity] : [])
                + (hasURL ? [tasks.endpoints] : []))
    }

    private var monthly: String {
        let archive = tasks.backup(
            task: "archive", title: "Archive of the month", with: "tier: monthly, keep: 12, sql_export: true",
            retry: "attempts: 3, delay: 1m, backoff: 2",
            notes: ["A backup to keep for a year, and the same as SQL, which other databases can read too."])
        return checklist(
            Head(
                name: "monthly", title: "Monthly maintenance", cron: "0 4 1 * *", within: "7d", timeLimit: "1h",
                when: "The 1st of each month at 4:00",
                purpose: hasDatabase ? "an archive for a year, and full statistics." : "all pages."),
            (hasDatabase ? [archive, tasks.analyze] : []) + (hasURL ? [tasks.endpoints] : []))
    }

    /// What stands above the tasks.
    private struct Head {
        let name, title, cron, within, timeLimit, when, purpose: String
    }

    private func checklist(_ head: Head, _ tasks: [String]) -> String {
        """
        # \(head.when): \(head.purpose)
        #   ronde run \(head.name)              runs it now
        #   ronde run \(head.name) --dry-run    says what it would do
        checklist: \(head.name)
        title: \(head.title)
        service: \(YAMLText.scalar(answers.service))

        # Minute, hour, day of the month, month, day of the week: "ronde cron explain '\(head.cron)'" says it in words.
        # A firing that is missed, because the machine was off, is made up for within \(head.within).
        schedule: {cron: "\(head.cron)", timezone: \(YAMLText.scalar(answers.timeZone)), \
        missed: {run: latest, within: \(head.within)}}

        # What is not done by then is stopped, and reported as such.
        time_limit: \(head.timeLimit)

        # Tasks run in this order. One that fails stops only those that need it. 'ronde plugins list' shows what there is, and
        # 'ronde plugins show backup' what can be said below 'with'.
        tasks:
        \(tasks.joined(separator: "\n\n"))

        """
    }
}
