import SystemPackage

/// `ronde.yaml` of a new instance, with comments for somebody who has never seen one.
struct InstanceText {
    let answers: Answers
    let places: InstancePlaces

    var text: String {
        ([head] + [folders, service, notifications]).map { $0 + "\n" }.joined(separator: "\n")
    }

    private var head: String {
        """
        # Ronde: which services are maintained, and where things are kept. After each change: ronde validate
        #
        # Relative paths start at this file's folder. Lengths of time are written 90s, 5m, 2h or 3d, sizes 100MB or 64MiB.
        # Passwords never stand in this file: where one is wanted, write {file: /path} or {env: NAME}.

        # The time zone of schedules, and of the days, weeks and months by which backups are kept.
        timezone: \(YAMLText.scalar(answers.timeZone))

        # The language of reports: en or fr.
        language: en
        """
    }

    private var folders: String {
        """
        folders:
          # One file for each checklist and its schedule; those in 'procedures' below it are run by hand only.
          schedules: schedules
          # Plugins of your own, a folder each with its plugin.yaml; nobody but you and root may write them.
          plugins: [plugins]
          # What ran, what is due, and which locks are held. Nobody but Ronde writes here.
          state: \(path(places.data.appending("state")))
          # A folder for each run, with report.md for people and report.json for programs.
          reports: \(path(places.data.appending("reports")))
        """
    }

    private var service: String {
        let parts = [identity, address, databases, backups, control, thresholds].compactMap(\.self)
        return """
            # What is maintained, by name; checklists say for which service they are. There may be more than one.
            services:
              \(YAMLText.scalar(answers.service)):
            \(parts.joined(separator: "\n"))
            """
    }

    private var identity: String {
        """
            # What reports call it.
            title: \(YAMLText.scalar(answers.title ?? answers.service))
        """
    }

    private var address: String? {
        answers.url.map { url in
            """
                # Where it answers; checks name paths below this address.
                url: \(YAMLText.scalar(url))
                # The page that tells whether it is well. A restore waits for it after it has started the service.
                health: \(YAMLText.scalar(answers.healthPath))
            """
        }
    }

    private var databases: String? {
        answers.database.map { database in
            """
                # Its SQLite files, by names of your choice; 'main' is meant where a task names none. Whoever runs Ronde must
                # be able to write the file and its folder, where SQLite keeps -wal, -shm and -journal.
                databases:
                  main: {sqlite: \(path(database))}
            """
        }
    }

    private var backups: String? {
        guard answers.database != nil else { return nil }
        let root = answers.backups ?? places.backups(of: answers.service)
        return """
                # Where the backups of each tier go. A disk of its own is better: a broken one takes all that is on it.
                # docs/backups.md tells of copies on other machines ('offsite:') and of encryption ('encryption:').
                backups:
                  daily: \(path(root.appending("daily")))
                  weekly: \(path(root.appending("weekly")))
                  monthly: \(path(root.appending("monthly")))
            """
    }

    /// A guess at the unit's name would be wrong too often to be more than a comment.
    private var control: String? {
        answers.database.map { _ in
            """
                # How a restore stops and starts the service; without it, it asks you to. Nothing else stops a service.
                #control: {systemd: api.service}
            """
        }
    }

    private var thresholds: String? {
        let time = "      response_time: 2s"
        let size = "      #database_size: 100MB"
        switch (answers.url, answers.database) {
        case (nil, nil): return nil
        case (nil, _?):
            return
                "    # Above such limits checks warn, where a service tells them its numbers.\n    #thresholds: {database_size: 100MB}"
        case (_?, nil):
            return "    # Above these limits checks warn.\n    thresholds:\n\(time)"
        case (_?, _?):
            return "    # Above these limits checks warn.\n    thresholds:\n\(time)\n\(size)"
        }
    }

    private var notifications: String {
        guard let mail = answers.mail else {
            return """
                # Who is told when something fails, and when it is well again; docs/notifications.md has the rest.
                #notifications:
                #  channels:
                #    operators:
                #      mail: {server: "smtp://localhost:25", tls: none, from: ronde@example.org, to: [you@example.org]}
                """
        }
        return """
            # Who is told when something fails, and when it is well again; 'ronde notifications test' tries it, and
            # docs/notifications.md has the rest.
            notifications:
              channels:
                operators:
                  mail:
                    server: \(YAMLText.scalar(mail.server))
                    \(security(of: mail))
                    from: \(YAMLText.scalar(mail.from))
                    to: [\(YAMLText.scalar(mail.to))]
            """
    }

    private func security(of mail: MailAnswers) -> String {
        // A server on the same machine seldom has a certificate for that name, and nobody listens between.
        mail.isLocal ? "tls: none" : "tls: required"
    }

    private func path(_ path: FilePath) -> String { YAMLText.scalar(places.written(path)) }
}
