import Foundation

/// A valid instance, and the plugins of a build that it could be read by.
enum Samples {
    static let now = Date(timeIntervalSince1970: 1_795_000_000)  // 18 November 2026

    static let instance = """
        # ronde.yaml
        timezone: Europe/Paris
        language: en                      # en | fr: the language of reports and pages
        folders: {schedules: schedules, plugins: [plugins], state: var/state, reports: var/reports}
        services:
          api:
            title: Users API
            url: http://127.0.0.1:5000
            databases: {main: {sqlite: var/api/test.db}}
            backups: {daily: var/backups, weekly: var/backups/weekly, monthly: var/archives}
            thresholds: {response_time: 2s, users: 45000, database_size: 100MB, cpu: 80%, memory: 500MB}
        """ + "\n"

    static let weekly = """
        # schedules/weekly.yaml
        checklist: weekly
        title: Weekly maintenance
        service: api
        schedule: {cron: "0 2 * * 0", timezone: Europe/Paris, missed: {run: latest, within: 3d}, overlap: skip, jitter: 0s}
        time_limit: 15m
        tasks:
          - task: backup
            plugin: backup
            with: {tier: weekly, keep: 4}
            retry: {attempts: 3, delay: 30s, backoff: 2}
          - task: optimise
            title: Reclaim free pages
            plugin: vacuum
            needs: [backup]               # runs only if these ended ok or warning
        """ + "\n"

    static let disk = """
        name: disk
        summary: Looks how full the disk is
        command: [./check.sh, --all]
        """ + "\n"

    static let files = [
        "ronde.yaml": instance,
        "schedules/weekly.yaml": weekly,
        "plugins/disk/plugin.yaml": disk,
        "plugins/disk/check.sh": "#!/bin/sh\n",
    ]

    /// Stand-ins for the manifests of compiled-in plugins; `probe` has a parameter of every kind.
    static let compiledIn = [
        "backup": Array(
            """
            name: backup
            summary: Copies the live database into a verified set
            requires: [database, backups]
            locks: {database: shared}
            time_limit: 30m
            dry_run: true
            parameters:
              tier: {type: string, enum: [daily, weekly, monthly], required: true}
              keep: {type: integer, minimum: 1, maximum: 1000, default: 7}
              database: {type: string}
            """.utf8),
        "vacuum": Array(
            """
            name: vacuum
            summary: Gives free pages back
            requires: [database]
            locks: {database: exclusive}
            time_limit: 10m
            parameters:
              database: {type: string}
              busy_timeout: {type: duration, default: 60s}
            """.utf8),
        "probe": Array(
            """
            name: probe
            summary: Has a parameter of every kind
            requires: [url]
            parameters:
              word: {type: string, required: true, pattern: '[a-z]+', description: small letters}
              colour: {type: string, enum: [red, green, blue], default: red}
              count: {type: integer, minimum: 1, maximum: 10, default: 5}
              share: {type: number, minimum: 0}
              quick: {type: boolean, default: false}
              wait: {type: duration, default: 90s}
              limit: {type: size, default: 64MiB}
              full: {type: percentage, default: 80%}
              names: {type: array, items: {type: string, enum: [red, green, blue]}, default: [red]}
              places:
                type: array
                items:
                  type: object
                  properties:
                    path: {type: string, required: true}
                    name: {type: string, default: nameless}
              free: {type: object}
              box: {type: object, properties: {side: {type: integer, default: 2}}}
            """.utf8),
    ]
}
