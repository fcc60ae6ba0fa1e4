/// The tasks of the checklists of a new instance, as YAML with comments.
struct TaskText {
    let answers: Answers

    var health: String {
        """
          # Asks the service how it is. It is well when the page answers with status 200 within 5 seconds, and a warning
          # when that takes longer than the threshold response_time. More of a page can be judged, and more pages:
          #   - {path: \(flow(answers.healthPath)), json: {status: ok}}
          #   - {path: /login, contains: "Password"}
          - task: health
            title: Service answers
            plugin: health
            with:
              endpoints:
                - {path: \(flow(answers.healthPath))}
        """
    }

    var endpoints: String {
        """
          # All pages that matter, asked side by side; add yours.
          - task: endpoints
            title: All pages answer
            plugin: health
            with:
              endpoints:
                - {path: \(flow(answers.healthPath))}
        """
    }

    func backup(task: String, title: String, with parameters: String, retry: String, notes: [String]) -> String {
        """
        \(notes.map { "  # \($0)\n" }.joined())  - task: \(task)
            title: \(title)
            plugin: backup
            with: {\(parameters)}
            retry: {\(retry)}
        """
    }

    var quickCheck: String {
        """
          # Reads the database and looks for damage, without comparing indexes with tables; weekly that is done too.
          - task: quick-check
            title: Database is readable
            plugin: integrity
            with: {checks: [quick]}
        """
    }

    var optimize: String {
        """
          # Lets SQLite refresh the statistics by which it plans queries, where it thinks that is worth it.
          - task: optimize
            title: Fresh query statistics
            plugin: analyze
            with: {busy_timeout: 30s}
            needs: [quick-check]
        """
    }

    var drill: String {
        """
          # Restores backups into a scratch folder and compares every row with what was backed up: the newest one each
          # time, and the others in turn, so that each is proven within 30 days.
          - task: drill
            title: Backups restore
            plugin: drill
            with: {every: 30d}
        """
    }

    var reclaim: String {
        """
          # Gives free pages back to the file system where more than 20% are free, and only if there is a backup.
          - task: reclaim
            title: Reclaim free pages
            plugin: vacuum
            needs: [backup]
        """
    }

    var integrity: String {
        """
          # Reads every page and every index, and looks for rows that refer to nothing.
          - task: integrity
            title: No damage in the database
            plugin: integrity
        """
    }

    var analyze: String {
        """
          # Statistics from every row, rather than from a sample.
          - task: analyze
            title: Full query statistics
            plugin: analyze
            with: {mode: full}
            needs: [archive]
        """
    }

    private func flow(_ text: String) -> String { YAMLText.scalar(text) }
}
