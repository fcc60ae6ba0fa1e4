import Cron
import Foundation
import Maintenance
import SystemPackage
import Testing

@testable import ConfigurationFiles

@Suite("Valid configurations")
struct ValidTests {
    @Test("the instance of the design document says what it shows")
    func design() throws {
        let scratch = try Scratch.instance()
        let instance = try scratch.loaded()
        #expect(instance.file == scratch.path("ronde.yaml"))
        #expect(instance.timeZone.identifier == "Europe/Paris")
        #expect(instance.language == .english)
        #expect(
            instance.folders
                == Instance.Folders(
                    schedules: scratch.path("schedules"), plugins: [scratch.path("plugins")],
                    state: scratch.path("var/state"), reports: scratch.path("var/reports")))
        #expect(instance.plugins.keys.sorted() == ["backup", "disk", "probe", "vacuum"])
        let service = try #require(instance.services["api"])
        #expect(
            service
                == Service(
                    name: "api", title: "Users API", url: "http://127.0.0.1:5000",
                    databases: ["main": DatabaseLocation(sqlite: scratch.path("var/api/test.db").string)],
                    backups: BackupSettings(
                        daily: scratch.path("var/backups").string, weekly: scratch.path("var/backups/weekly").string,
                        monthly: scratch.path("var/archives").string),
                    thresholds: Thresholds(
                        responseTime: TimeSpan(.seconds(2)), users: 45_000, databaseSize: ByteSize(bytes: 100_000_000),
                        cpu: Percentage(percent: 80), memory: ByteSize(bytes: 500_000_000)),
                    timezone: "Europe/Paris"))
    }

    @Test("the checklist of the design document says what it shows")
    func checklist() throws {
        let scratch = try Scratch.instance()
        let checklist = try #require(try scratch.loaded().checklist(named: "weekly"))
        #expect(checklist.title == "Weekly maintenance")
        #expect(checklist.service.name == "api")
        #expect(checklist.timeLimit == TimeSpan(.seconds(900)))
        #expect(checklist.file == scratch.path("schedules/weekly.yaml").string)
        let schedule = try #require(checklist.schedule)
        #expect(schedule.cron.source == "0 2 * * 0")
        #expect(schedule.timeZone.identifier == "Europe/Paris")
        #expect(schedule.missed == MissedPolicy(run: .latest, within: TimeSpan(.seconds(3 * 86_400))))
        #expect(schedule.overlap == .skip)
        #expect(schedule.jitter == TimeSpan(.zero))
        #expect(
            checklist.tasks == [
                TaskDefinition(
                    name: "backup", title: "backup", plugin: "backup",
                    with: .object(["tier": .string("weekly"), "keep": .integer(4)]), needs: [],
                    timeLimit: TimeSpan(.seconds(900)),
                    retry: RetryPolicy(attempts: 3, delay: TimeSpan(.seconds(30)), backoff: 2)),
                TaskDefinition(
                    name: "optimise", title: "Reclaim free pages", plugin: "vacuum",
                    with: .object(["busy_timeout": .string("60s")]), needs: ["backup"],
                    timeLimit: TimeSpan(.seconds(600)), retry: .once),
            ])
    }

    @Test("what is not said has its default")
    func defaults() throws {
        let scratch = try Scratch.instance([
            "ronde.yaml": "services: {api: {databases: {main: {sqlite: a.db}}}}\n",
            "schedules/weekly.yaml":
                "checklist: weekly\nservice: api\nschedule: '@daily'\ntasks: [{task: a, plugin: vacuum, retry: {}}]\n",
        ])
        let instance = try scratch.loaded()
        #expect(instance.timeZone == .gmt)
        #expect(instance.language == .english)
        #expect(instance.folders.schedules == scratch.path("schedules"))
        #expect(instance.folders.state == scratch.path("var/state"))
        #expect(instance.services["api"]?.title == "api")
        let checklist = try #require(instance.checklists.first)
        #expect(checklist.title == "weekly")
        #expect(checklist.timeLimit == TimeSpan(.seconds(3600)))
        #expect(checklist.schedule?.timeZone == .gmt)
        #expect(checklist.schedule?.missed == MissedPolicy())
        #expect(checklist.tasks.first?.timeLimit == TimeSpan(.seconds(600)))
        #expect(
            checklist.tasks.first?.retry == RetryPolicy(attempts: 3, delay: TimeSpan(.seconds(30)), backoff: 1))
    }

    @Test("relative paths start at the file that names them, absolute ones and '..' are kept")
    func paths() throws {
        let scratch = try Scratch.instance()
        try scratch.write(
            "etc/ronde.yaml",
            """
            folders: {schedules: ../schedules, plugins: [../plugins], state: /var/lib/ronde, reports: ./a/../b/}
            services: {api: {databases: {main: {sqlite: ../data/a.db}}, backups: {daily: d, weekly: w, monthly: /m}}}
            """)
        guard case .instance(let instance) = scratch.loader.load(scratch.path("etc/ronde.yaml")) else {
            Issue.record("\(scratch.loader.check(scratch.path("etc/ronde.yaml"), and: []))")
            return
        }
        #expect(instance.folders.schedules == scratch.path("schedules"))
        #expect(instance.folders.state == "/var/lib/ronde")
        #expect(instance.folders.reports == scratch.path("etc/b"))
        let service = try #require(instance.services["api"])
        #expect(service.databases["main"]?.sqlite == scratch.path("data/a.db").string)
        #expect(service.backups?.daily == scratch.path("etc/d").string)
        #expect(service.backups?.monthly == "/m")
        #expect(
            instance.plugins["disk"]?.program
                == .executable(path: scratch.path("plugins/disk/check.sh").string, arguments: ["--all"]))
    }

    @Test("blackouts with a calendar beside the schedule, locks and the daemon's settings are read through the loader")
    func schedulesAndLocks() throws {
        let scratch = try Scratch.instance([
            "schedules/weekly.yaml": """
            checklist: weekly
            service: api
            time_limit: 30m
            schedule:
              cron: "0 2 * * *"
              not_during: {weekly: ["mon-fri 08:00-18:00"], calendars: [holidays.ics], then: before}
            tasks: [{task: a, plugin: vacuum, locks: {uplink: shared, disk: exclusive}}]
            """,
            "schedules/holidays.ics": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\n"
                + "DTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas Day\r\nEND:VEVENT\r\n"
                + "END:VCALENDAR\r\n",
        ])
        let instance = try scratch.loaded()
        let checklist = try #require(instance.checklists.first { $0.name == "weekly" })
        #expect(checklist.tasks.first?.locks == ["uplink": .shared, "disk": .exclusive])
        #expect(checklist.schedule?.notDuring?.then == .before)
        #expect(checklist.schedule?.notDuring?.windows.count == 2)
        // A change of it is to be noticed, too.
        #expect(instance.files.contains(scratch.path("schedules/holidays.ics")))
        #expect(instance.files.contains(scratch.path("ronde.yaml")))
        #expect(instance.daemon.checklistsAtOnce == 8)
    }

    @Test(
        "faulty locks and settings of the daemon are told of at their place",
        arguments: [
            ("schedules/weekly.yaml", "locks: {disk: both}", "locks: {disk: exclusive}", "'disk' cannot be 'both'"),
            ("schedules/weekly.yaml", "locks: {a/b: shared}", "locks: {ab: shared}", "a/b"),
        ])
    func faultyLocks(file: String, faulty: String, good: String, words: String) throws {
        func mistakes(_ locks: String) throws -> [String] {
            let scratch = try Scratch.instance([
                file: "checklist: weekly\nservice: api\ntasks: [{task: a, plugin: vacuum, \(locks)}]\n"
            ])
            return scratch.mistakes()
        }
        #expect(try mistakes(good).isEmpty)
        let found = try mistakes(faulty)
        #expect(found.count == 1 && found[0].contains(":3:") && found[0].contains(words), "\(found)")
    }

    @Test("every kind of parameter is read as its JSON, with the defaults of the rest")
    func parameters() throws {
        let scratch = try Scratch.instance([
            "schedules/weekly.yaml": """
            checklist: weekly
            service: api
            tasks:
              - task: a
                plugin: probe
                with:
                  word: abc
                  count: 9
                  share: 2
                  quick: true
                  names: [blue, green]
                  places: [{path: /a}, {path: 7, name: seven}]
                  free: {a: [1, 1.5, true, ~, "1", .inf, 9223372036854775807, 9223372036854775808], b: {c: d}}
                  box: {}
            """
        ])
        let with = try #require(try scratch.loaded().checklists.first?.tasks.first?.with)
        #expect(
            with
                == .object([
                    "word": .string("abc"), "colour": .string("red"), "count": .integer(9), "share": .number(2),
                    "quick": .bool(true), "wait": .string("90s"), "limit": .string("64MiB"), "full": .string("80%"),
                    "names": .array([.string("blue"), .string("green")]),
                    "places": .array([
                        .object(["path": .string("/a"), "name": .string("nameless")]),
                        .object(["path": .string("7"), "name": .string("seven")]),
                    ]),
                    "free": .object([
                        "a": .array([
                            .integer(1), .number(1.5), .bool(true), .null, .string("1"), .string(".inf"),
                            .integer(Int64.max), .string("9223372036854775808"),
                        ]),
                        "b": .object(["c": .string("d")]),
                    ]),
                    "box": .object(["side": .integer(2)]),
                ]))
    }

    @Test("a need may name a later task")
    func laterNeed() throws {
        let scratch = try Scratch.instance([
            "schedules/weekly.yaml":
                "checklist: w\nservice: api\ntasks: [{task: a, plugin: vacuum, needs: [b]}, {task: b, plugin: vacuum}]\n"
        ])
        #expect(try scratch.loaded().checklists.first?.tasks.first?.needs == ["b"])
    }

    @Test("titles are in any alphabet, and names at most 64 long", arguments: ["Entretien d’été", "صيانة", "维护 🧹"])
    func titles(_ title: String) throws {
        let name = String(repeating: "n", count: 64)
        let scratch = try Scratch.instance([
            "schedules/weekly.yaml":
                "checklist: \(name)\ntitle: \(title)\nservice: api\ntasks: [{task: a, plugin: vacuum}]\n"
        ])
        let checklist = try #require(try scratch.loaded().checklist(named: name))
        #expect(checklist.title == title)
    }

    @Test("line ends of Windows and a byte order mark change nothing")
    func windows() throws {
        let scratch = try Scratch.instance()
        let plain = try scratch.loaded()
        for (name, text) in Samples.files where name.hasSuffix(".yaml") {
            let lines = Array(text.replacingOccurrences(of: "\n", with: "\r\n").utf8)
            try scratch.write(name, [0xEF, 0xBB, 0xBF] + lines)
        }
        let other = try scratch.loaded()
        #expect(other.checklists == plain.checklists)
        #expect(other.services == plain.services)
        #expect(other.plugins == plain.plugins)
        try scratch.write("schedules/weekly.yaml", [0xEF, 0xBB, 0xBF] + Array("checklist: w\r\nservis: api\r\n".utf8))
        #expect(scratch.mistakes().contains { $0.hasPrefix("schedules/weekly.yaml:2:1: error: unknown key 'servis'") })
    }

    @Test("a plugin of the build may lie among the others, and one folder may be named twice")
    func compiledInFolder() throws {
        let scratch = try Scratch.instance([
            "ronde.yaml": Samples.instance.replacing("[plugins]", with: "[plugins, plugins]")
        ])
        try scratch.write("plugins/vacuum/plugin.yaml", "name: vacuum\nsummary: The same\n")
        #expect(try scratch.loaded().plugins["vacuum"]?.program == .compiledIn)
    }
}
