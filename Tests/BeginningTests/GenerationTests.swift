import Beginning
import ConfigurationFiles
import Foundation
import Maintenance
import SystemPackage
import Testing
import YAMLDocument

/// What the files of a new instance say, as the configuration's own reader sees them.
struct GenerationTests {
    /// Places the files and reads them as every command does.
    private func load(_ answers: Answers, data: FilePath? = nil) throws -> (Instance, Scratch) {
        let scratch = try Scratch()
        let places = InstancePlaces(folder: scratch.path, data: data)
        let files = StarterFiles(answers, at: places)
        #expect(try Plugins.trial.mistakes(in: files) == [])
        _ = try Placement(in: scratch.path).place(files)
        let loader = ConfigurationLoader(compiledIn: Plugins.manifests, workingFolder: scratch.path)
        switch loader.load(scratch.path.appending("ronde.yaml")) {
        case .instance(let instance): return (instance, scratch)
        case .mistakes(let mistakes): throw SetupFailure(what: "\(mistakes)")
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let url: String?
        let database: FilePath?
        let tasks: [String: [String]]
    }

    @Test(
        "the checklists have the tasks that the answers allow, and no others",
        arguments: [
            Case(
                testDescription: "address and database", url: "http://127.0.0.1:5000", database: "/srv/api.db",
                tasks: [
                    "daily": ["health", "backup", "quick-check", "optimize"],
                    "weekly": ["backup", "drill", "reclaim", "integrity", "endpoints"],
                    "monthly": ["archive", "analyze", "endpoints"],
                ]),
            Case(
                testDescription: "address alone", url: "https://[::1]:8443/base", database: nil,
                tasks: ["daily": ["health"], "weekly": ["endpoints"], "monthly": ["endpoints"]]),
            Case(
                testDescription: "database alone", url: nil, database: "/srv/api.db",
                tasks: [
                    "daily": ["backup", "quick-check", "optimize"],
                    "weekly": ["backup", "drill", "reclaim", "integrity"], "monthly": ["archive", "analyze"],
                ]),
        ])
    func tasks(_ given: Case) throws {
        let answers = Answers(
            service: "api", url: given.url, database: given.database, timeZone: "America/Argentina/Buenos_Aires")
        let (instance, scratch) = try load(answers)
        defer { withExtendedLifetime(scratch) {} }
        #expect(
            Dictionary(uniqueKeysWithValues: instance.checklists.map { ($0.name, $0.tasks.map(\.name)) }) == given.tasks
        )
        #expect(instance.timeZone.identifier == "America/Argentina/Buenos_Aires")
        for checklist in instance.checklists {
            #expect(checklist.schedule?.timeZone.identifier == "America/Argentina/Buenos_Aires")
            #expect(checklist.service.name == "api")
        }
        let service = try #require(instance.services["api"])
        #expect(service.url == given.url)
        #expect(service.databases["main"]?.sqlite == given.database?.string)
        #expect((service.backups == nil) == (given.database == nil))
    }

    @Test("nothing that is written is longer than a line of an editor, or has blanks at its end")
    func lines() throws {
        let mail = MailAnswers(to: "a@example.org", from: "b@example.org", server: "smtp://localhost:25")
        for answers in [
            Answers(service: "api", url: "http://127.0.0.1:5000", database: "/srv/api.db", mail: mail),
            Answers(service: "api", url: "http://127.0.0.1:5000"), Answers(service: "api", database: "/srv/api.db"),
        ] {
            for file in StarterFiles(answers, at: InstancePlaces(folder: "/etc/ronde")).files {
                #expect(file.text.hasSuffix("\n") && !file.text.hasSuffix("\n\n"))
                for line in file.text.split(separator: "\n", omittingEmptySubsequences: false) {
                    #expect(line.count <= 120 && !line.hasSuffix(" "), "\(file.name): \(line)")
                }
            }
        }
    }

    @Test("below /etc data go to /var/lib/ronde, elsewhere beside ronde.yaml, or where one says")
    func data() throws {
        let answers = Answers(service: "api", url: "http://127.0.0.1:5000", database: "/srv/api.db")
        let (own, ownScratch) = try load(answers)
        #expect(own.folders.state == ownScratch.path.appending("var").appending("state"))
        #expect(own.services["api"]?.backups?.weekly == "\(ownScratch.path)/var/backups/api/weekly")
        let system = InstancePlaces(folder: "/etc/ronde")
        let text = try #require(StarterFiles(answers, at: system).files.last).text
        #expect(
            text.contains("state: /var/lib/ronde/state\n") && text.contains("daily: /var/lib/ronde/backups/api/daily\n")
        )
        let (other, otherScratch) = try load(answers, data: "/srv/ronde data")
        #expect(other.folders.reports == "/srv/ronde data/reports")
        withExtendedLifetime(otherScratch) {}
    }

    @Test(
        "a text of any letters is read back as it was given",
        arguments: [
            "plain", "with blanks", "it's \"quoted\"", "back\\slash", "#comment", "a: b", "- dash", "{x}", "[y]", "*a",
            "&b", "!tag", "%d", "@at", "`tick`", "a #b", "null", "~x", "true", "0x1F", "1e3", "1_000", ".5", "---",
            "...",
            "é à ü", "日本語", "e\u{301}", "🚀 rocket", "a\u{A0}b", "zero\u{200B}width", "\u{FEFF}bom", "soft\u{AD}hyphen",
            " leading", "trailing ", "semi;colon", "a,b", "a?b", "?a", "|", ">", "'", "\"", "\\", "=", "<<", "x:", ":x",
            "12:30",
        ])
    func quoting(_ text: String) throws {
        let scratch = try Scratch()
        let database = scratch.path.appending("var").appending(try #require(FilePath.Component(text)))
        let answers = Answers(
            service: "api", title: text, url: "http://127.0.0.1:5000", database: database,
            backups: scratch.path.appending(try #require(FilePath.Component("b" + text))))
        let (instance, folder) = try load(answers)
        let service = try #require(instance.services["api"])
        #expect(service.title == text)
        #expect(service.databases["main"]?.sqlite == database.string)
        #expect(service.backups?.daily == "\(scratch.path)/b\(text)/daily")
        withExtendedLifetime(folder) {}
    }

    @Test("what the configuration refuses is refused in its words, and never becomes YAML of its own")
    func refusals() throws {
        let check = AnswerCheck(trial: Plugins.trial, places: InstancePlaces(folder: "/srv/ronde"))
        var good = Answers(service: "api", url: "http://127.0.0.1:5000", database: "/srv/api.db")
        #expect(try check.refusal(of: good) == nil)
        func refused(_ change: (inout Answers) -> Void) throws -> String {
            var answers = good
            change(&answers)
            return try #require(try check.refusal(of: answers))
        }
        #expect(try refused { $0.service = "API" }.contains("small letters"))
        #expect(
            try refused { $0.service = "" }.contains("cannot name") || refused { $0.service = "" }.contains("empty"))
        #expect(try refused { $0.service = "api:\n    title: other\n  more" }.contains("small letters"))
        #expect(try refused { $0.title = "two\nlines" }.contains("one line"))
        #expect(try refused { $0.url = "127.0.0.1:5000" }.contains("no address of a service"))
        #expect(try refused { $0.url = "http://u:p@127.0.0.1" }.contains("no user and no password"))
        #expect(try refused { $0.health = "health" }.contains("no path of a service"))
        #expect(try refused { $0.database = "/srv/new\nline.db" }.contains("control characters"))
        #expect(try refused { $0.timeZone = "Europe/Pris" }.contains("Europe/Paris"))
        good.backups = "/srv/ronde/var"
        #expect(try check.refusal(of: good) == nil, "folders of tiers are below it, and nobody else's")
    }

    @Test("a service of which nothing is known has no checklists, and no mistakes")
    func nothing() throws {
        let files = StarterFiles(Answers(service: "api"), at: InstancePlaces(folder: "/srv/ronde"))
        #expect(files.files.map(\.name) == ["ronde.yaml"])
        #expect(try Plugins.trial.mistakes(in: files) == [])
    }

    @Test("the configuration that is installed has no mistakes, and no service")
    func installed() throws {
        let repository = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
        let scratch = try Scratch()
        try scratch.write(
            try String(contentsOfFile: repository.appending("packaging/ronde.yaml").string, encoding: .utf8),
            to: "ronde.yaml")
        try scratch.write("", to: "schedules/none.txt")
        let loader = ConfigurationLoader(compiledIn: Plugins.manifests, workingFolder: scratch.path)
        guard case .instance(let instance) = loader.load(scratch.path.appending("ronde.yaml")) else {
            Issue.record("\(loader.check(scratch.path.appending("ronde.yaml"), and: []))")
            return
        }
        #expect(instance.services.isEmpty && instance.folders.state == "/var/lib/ronde/state")
    }

    @Test(
        "mail goes to the channel that the answers name; on this machine without TLS",
        arguments: [
            ("smtp://localhost:25", "none"), ("smtp://127.0.0.1", "none"), ("smtp://[::1]:2525", "none"),
            ("smtp://localhost.example.org:587", "required"), ("smtps://mail.example.org", "required"),
        ])
    func mail(_ server: String, _ security: String) throws {
        let mail = MailAnswers(to: "Ops \"#1\" <ops@example.org>", from: "ronde@example.org", server: server)
        let answers = Answers(service: "api", url: "http://127.0.0.1:5000", mail: mail)
        let file = try #require(StarterFiles(answers, at: InstancePlaces(folder: "/etc/ronde")).files.last)
        let root = try YAMLDocument.parse(bytes: Array(file.text.utf8), file: "ronde.yaml")
        let channel = try #require(root["notifications"]?["channels"]?["operators"]?["mail"])
        func text(_ node: YAMLNode?) -> String? {
            if case .scalar(let scalar) = node?.kind { scalar.text } else { nil }
        }
        #expect(text(channel["server"]) == server && text(channel["tls"]) == security)
        #expect(text(channel["from"]) == "ronde@example.org")
        guard case .sequence(let to) = channel["to"]?.kind else {
            Issue.record("'to' is no list")
            return
        }
        #expect(to.map { text($0) } == ["Ops \"#1\" <ops@example.org>"])
    }
}
