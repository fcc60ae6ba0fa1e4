/// Files in which every key stands that there is; where one excludes another, both stand somewhere.
enum FullSamples {
    static let instance = """
        timezone: Europe/Paris
        language: en
        folders: {schedules: schedules, plugins: [plugins], state: state, reports: reports}
        daemon: {checklists_at_once: 2}
        endpoint: {listen: "127.0.0.1:7353", allow_remote: false}
        metrics: {textfile: m.prom, every: 30s}
        history:
          keep: {days: 10, failed_days: 20, runs: 1000, bytes: 1GB}
          ledger: {days: 400}
          state: 1GB
        expects:
          copy: {title: Copy, key: {env: KEY}, every: 1d, grace: 1h}
          sync: {key: {file: key}, schedule: {cron: "0 2 * * *", timezone: UTC}}
          dump: {key: {file: key}, schedule: "0 2 * * *"}
        notifications:
          give_up: 2d
          channels:
            post:
              mail:
                server: smtp://mail.example.org:587
                tls: required
                authority: ca.pem
                user: ronde
                password: {env: PASSWORD}
                from: ronde@example.org
                to: [admin@example.org]
              limit: 30s
            hook:
              webhook:
                url: https://example.org/hook
                format: json
                headers: {X-A: b, X-B: {env: B}}
                token: {env: TOKEN}
                authority: ca.pem
            secret: {webhook: {url: {env: HOOK}}}
            tool: {command: [/bin/tell, -v, 5]}
          rules:
            all:
              "on": [failure, recovery]
              checklists: weekly
              tasks: [backup]
              outcomes: [critical]
              channels: [post, hook]
              after: 2
              repeat: never
              quiet: {hours: "22:00-07:00", timezone: UTC, except: critical}
          pings:
            live: {url: "https://example.org/p", checklists: [weekly], start: true, exit_status: true, authority: ca.pem}
            quiet: {url: {file: address}}
        services:
          api:
            title: Users API
            url: http://127.0.0.1:5000
            databases: {main: {sqlite: test.db}}
            control: {systemd: api.service}
            health: {path: /health, limit: 1m}
            thresholds: {response_time: 2s, users: 45000, database_size: 100MB, cpu: 80%, memory: 500MB}
            backups:
              daily: b/daily
              weekly: b/weekly
              monthly: b/monthly
              adopted: [{folder: old, keep_daily: 7, keep_weekly: 4, keep_monthly: 12}]
              encryption: {age: [age1xyz], identity: id.txt}
              offsite:
                - name: nas
                  keep: {daily: 7, weekly: 4, monthly: 12}
                  bandwidth: 1MB
                  rclone: {remote: "nas:backups", config: rclone.conf}
                - name: far
                  sftp: {host: far, user: me, port: 22, folder: backups, identity: id, known_hosts: known}
          other:
            control: {start: [/bin/a], stop: [/bin/b, 1], status: [c]}
            health: /health
            backups: {daily: c/daily, weekly: c/weekly, monthly: c/monthly, encryption: {age_recipients_file: r}}
          third:
            backups: {daily: d/daily, weekly: d/weekly, monthly: d/monthly, encryption: {gpg_passphrase_file: p}}
        """

    static let checklist = """
        checklist: weekly
        title: Weekly maintenance
        service: api
        time_limit: 15m
        schedule:
          cron: "0 2 * * 0"
          timezone: UTC
          missed: {run: latest, within: 3d, at_most: 4}
          overlap: skip
          jitter: 1m
          not_during: {weekly: [sat], dates: ["12-25"], calendars: [a.ics], then: skip}
        tasks:
          - task: probe
            title: Probe
            plugin: probe
            with: {word: abc, names: [red], places: [{path: /tmp}]}
            needs: []
            time_limit: 1m
            retry: {attempts: 2, delay: 1s, backoff: 1.5}
            nice: 1
            ionice: idle
            memory: 100MB
            cpu_time: 10s
            locks: {shelf: exclusive}
        """

    static let manifest = """
        name: disk
        summary: Looks how full the disk is
        requires: [database]
        locks: {database: shared}
        time_limit: 1m
        dry_run: true
        state: false
        nice: 1
        memory: 100MB
        cpu_time: 10s
        user: nobody
        kind: nagios
        command: [./check.sh, -w, 5]
        parameters:
          word: {type: string, description: A word, required: true, pattern: "[a-z]+", example: abc}
          colour: {type: string, enum: [red, blue], default: red}
          count: {type: integer, minimum: 1, maximum: 9}
          names: {type: array, items: {type: string, enum: [a], description: One, pattern: a}}
          lists: {type: array, items: {type: array, items: {type: number, minimum: 1, maximum: 2}}}
          boxes: {type: array, items: {type: object, properties: {side: {type: integer}}}}
          box: {type: object, properties: {side: {type: integer, required: true}}}
        """
}
