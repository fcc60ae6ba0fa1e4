import Foundation
import Maintenance
import SystemPackage
import Testing
import YAMLDocument

@testable import ConfigurationFiles

@Suite("Whom Ronde tells of what")
struct NoticeSettingsTests {
    private static let opsMail = """
        channels:
          ops:
            mail: {server: "smtp://mail.example.org", from: ronde@example.org, to: [ops@example.org]}

        """

    /// The settings, and the mistakes as people see them.
    private func read(_ text: String, _ checklists: [Checklist] = []) throws -> (
        NotificationSettings?, [String], Scratch
    ) {
        let scratch = try Scratch(["n.yaml": text])
        let mistakes = MistakeCollector()
        let reader = NotificationsReader(folder: scratch.folder, timeZone: .gmt)
        let reading = mistakes.read(path: scratch.path("n.yaml").string, name: "n.yaml")?.mapping(reader.read)
        if !checklists.isEmpty { reading?.check(against: checklists) }
        return (reading?.settings, mistakes.mistakes.map(\.description), scratch)
    }

    private func settings(_ text: String) throws -> (NotificationSettings, Scratch) {
        let (settings, mistakes, scratch) = try read(text)
        #expect(mistakes == [])
        return (try #require(settings), scratch)
    }

    @Test("a channel alone is told all that is usual")
    func usual() throws {
        let (settings, _) = try settings(Self.opsMail)
        #expect(settings.rules == [.usual])
        let to = try MailAddress(parsing: "ops@example.org")
        let channel = MailChannel(
            host: "mail.example.org", port: 587, from: try MailAddress(parsing: "ronde@example.org"), to: [to])
        #expect(settings.channels == [NoticeChannel(name: "ops", means: .mail(channel))])
        #expect(settings.giveUpAfter.seconds == 3 * 86_400)
    }

    @Test("every key of a mail channel, a webhook and a command is read")
    func channels() throws {
        let (settings, scratch) = try settings(
            """
            give_up: 1d
            channels:
              ops:
                limit: 10s
                mail:
                  server: smtps://[::1]:4650
                  authority: ca.pem
                  user: ronde
                  password: {file: secrets/mail}
                  from: Ronde on Föö <ronde@example.org>
                  to: [ops@example.org, '"Team, Night" <night@example.org>']
              chat:
                webhook: {url: {env: CHAT_URL}, format: slack, headers: {X-Team: night, X-Key: {file: /k}}}
              phone:
                webhook: {url: "https://ntfy.example.org/ronde?x=1", format: ntfy, token: {env: NTFY}}
              script:
                command: [./notify.sh, "", --to]
            """)
        #expect(settings.giveUpAfter.seconds == 86_400)
        #expect(settings.channels.map(\.name) == ["ops", "chat", "phone", "script"])
        guard case .mail(let mail) = settings.channels[0].means else {
            Issue.record("no mail")
            return
        }
        #expect(mail.host == "::1" && mail.port == 4650 && mail.isSecureFromStart)
        #expect(mail.authority == scratch.path("ca.pem").string)
        #expect(mail.login == .init(user: "ronde", password: .file(scratch.path("secrets/mail").string)))
        #expect(mail.from.name == "Ronde on Föö" && mail.to[1].name == "Team, Night")
        #expect(settings.channels[0].timeLimit.seconds == 10)
        let chat = WebhookChannel(
            url: .secret(.environment("CHAT_URL")), format: .slack,
            headers: [
                .init(name: "X-Team", value: .plain("night")), .init(name: "X-Key", value: .secret(.file("/k"))),
            ])
        #expect(settings.channels[1].means == .webhook(chat))
        let phone = WebhookChannel(
            url: .plain("https://ntfy.example.org/ronde?x=1"), format: .ntfy, token: .environment("NTFY"))
        #expect(settings.channels[2].means == .webhook(phone))
        #expect(settings.channels[3].means == .command([scratch.path("notify.sh").string, "", "--to"]))
    }

    @Test("every key of a rule and of a dead-man's switch is read; one word is a list of one")
    func rules() throws {
        let (settings, _) = try settings(
            Self.opsMail + """
                rules:
                  night:
                    on: [failure, recovery]
                    checklists: weekly
                    tasks: [backup]
                    outcomes: [critical, unknown]
                    channels: ops
                    after: 3
                    repeat: never
                    quiet: {hours: "22:00 - 7:30", timezone: Europe/Paris, except: critical}
                  rest: {}
                pings:
                  watch: {url: {file: /p}, checklists: [weekly], start: false, exit_status: true}
                """)
        let night = NoticeRule(
            name: "night", events: [.failure, .recovery], checklists: ["weekly"], tasks: ["backup"],
            outcomes: [.critical, .unknown], channels: ["ops"], after: 3, repeats: nil,
            quiet: QuietHours(
                start: 22 * 60, end: 7 * 60 + 30, timeZone: try #require(TimeZone(identifier: "Europe/Paris")),
                except: [.critical]))
        #expect(settings.rules == [night, NoticeRule(name: "rest")])
        let ping = PingTarget(
            name: "watch", url: .secret(.file("/p")), checklists: ["weekly"], tellsStart: false, tellsStatus: true)
        #expect(settings.pings == [ping])
    }

    @Test(
        "what is wrong is said where it is",
        arguments: [
            ("rules: {a: {}}", "n.yaml:1:1: error: there are rules and no channels to send to; give 'channels:'"),
            (opsMail + "rules: {a: {channels: [opps]}}", "'opps'"),
            (opsMail + "rules: {a: {on: [failures]}}", "did you mean 'failure'"),
            (opsMail + "rules: {a: {on: []}}", "a rule without events"),
            (opsMail + "rules: {a: {outcomes: [ok]}}", "'ok'"),
            (opsMail + "rules: {a: {after: 0}}", "must be from 1 to 1000"),
            (opsMail + "rules: {a: {repeat: 10s}}", "1m to 366d, or never"),
            (opsMail + "rules: {a: {quiet: {hours: \"22-7\"}}}", "write them as \"22:00-07:00\""),
            (opsMail + "rules: {a: {quiet: {hours: \"22:00-24:00\"}}}", "are no quiet hours"),
            (opsMail + "rules: {a: {quiet: {hours: \"07:00-07:00\"}}}", "hours that end when they begin are none"),
            (opsMail + "rules: {a: {quiet: {}}}", "the key 'hours' is missing"),
            ("channels: {a: {}}", "exactly one of mail, webhook, command"),
            ("channels: {a: {command: [x], mail: {}}}", "exactly one of mail, webhook, command"),
            ("channels: {a: {command: []}}", "has 0 items"),
            ("channels: {A: {command: [x]}}", "cannot name a channel"),
            ("channels: {a: {comand: [x]}}", "did you mean 'command'"),
            ("channels: {a: {webhook: {url: ftp://x}}}", "is no address"),
            ("channels: {a: {webhook: {url: \"https://u:p@x/\"}}}", "an address with a user is a secret"),
            ("channels: {a: {webhook: {url: http://x, token: hunter2}}}", "a secret is no part of this file"),
            ("channels: {a: {webhook: {url: http://x, headers: {Authorization: a}}}}", "'Authorization' is a secret"),
            ("channels: {a: {webhook: {url: http://x, headers: {Content-Length: a}}}}", "cannot be given"),
            ("channels: {a: {webhook: {url: {env: A, file: b}}}}", "a secret is in one place"),
            ("channels: {a: {webhook: {url: {env: \"A B\"}}}}", "no name of a variable"),
            ("channels: {a: {limit: 1h, command: [x]}}", "1s to 10m"),
            ("pings: {a: {url: x}}", "is no address"),
            ("pings: {a: {}}", "the key 'url' is missing"),
        ])
    func wrong(_ text: String, _ expected: String) throws {
        let (_, mistakes, _) = try read(text)
        #expect(mistakes.contains { $0.contains(expected) }, "\(mistakes)")
        #expect(!mistakes.joined().contains("hunter2"))
    }

    @Test(
        "a mail channel that would not work, or would give its password away, is a mistake",
        arguments: [
            ("server: mail.example.org", "is no mail server"),
            ("server: \"smtp://u:p@mail.example.org\"", "holds no user"),
            ("server: \"smtp://mail.example.org:0\"", "port"),
            ("server: \"smtp://mail.example.org/x\"", "is no mail server"),
            ("server: \"smtps://m\", tls: none", "TLS from the first byte"),
            ("server: \"smtp://m\", tls: maybe", "'maybe'"),
            ("server: \"smtp://m\", user: u", "go together"),
            ("server: \"smtp://m\", tls: none, user: u, password: {env: P}", "only over TLS"),
            ("server: \"smtp://m\", tls: if_offered, user: u, password: {env: P}", "only over TLS"),
            ("server: \"smtp://m\", user: u, password: hunter2", "a secret is no part of this file"),
        ])
    func wrongMail(_ lines: String, _ expected: String) throws {
        let (_, mistakes, _) = try read("channels: {a: {mail: {\(lines), from: a@b.c, to: [d@e.f]}}}")
        #expect(mistakes.count == 1 && mistakes[0].contains(expected), "\(mistakes)")
        #expect(!mistakes.joined().contains("hunter2"))
    }

    @Test("a password may go to this host without TLS")
    func loopback() throws {
        let (settings, _) = try settings(
            """
            channels:
              a: {mail: {server: "smtp://localhost:25", tls: none, user: u, password: {env: P}, from: a@b.c, to: [d@e.f]}}
            """)
        #expect(settings.channels.count == 1)
    }

    @Test("checklists and tasks that do not exist are mistakes where they are named")
    func mentions() throws {
        let weekly = Checklist(
            name: "weekly", title: "", service: Service(name: "api", title: ""), schedule: nil,
            timeLimit: TimeSpan(.zero),
            tasks: [
                TaskDefinition(
                    name: "backup", title: "", plugin: "", with: .null, needs: [], timeLimit: TimeSpan(.zero),
                    retry: .once)
            ], file: "")
        let text =
            Self.opsMail + """
                rules:
                  a: {checklists: [weekly, wekly], tasks: [backup, bakup]}
                pings: {p: {url: http://x, checklists: montly}}
                """
        let (_, mistakes, _) = try read(text, [weekly])
        #expect(mistakes.count == 3)
        #expect(mistakes[0].contains("'wekly'") && mistakes[0].hasSuffix("did you mean 'weekly'?"))
        #expect(mistakes[1].contains("'bakup'") && mistakes[2].contains("'montly'"))
    }

    @Test(
        "addresses are taken as people write them, and nothing that could become a header",
        arguments: [
            ("a@b", true), ("A B <a.b+c@d-e.example>", true), ("\"A, B\" <a@b>", true), ("Ünï <a@b>", true),
            ("<a@b>", true), ("a@b@c", false), ("a b@c", false), ("a@b c", false), ("@b", false), ("a@", false),
            ("a@b\r\nBcc: c@d", false), ("A\nB <a@b>", false), ("a@b, c@d", false), (".a@b", false), ("a..b@c", false),
            ("a@-b", false), ("ä@b", false), ("A <a@b", false), ("", false), ("a@b.", false),
        ])
    func addresses(_ text: String, _ isGood: Bool) {
        #expect(((try? MailAddress(parsing: text)) != nil) == isGood)
    }
}

@Suite("Secrets")
struct SecretSourceTests {
    @Test("come from a variable or a file's line, and are shown as ***")
    func reveal() throws {
        let scratch = try Scratch(["a": "geheim\n", "b": "geheim\r\n", "c": "ge heim €"])
        for (name, text) in [("a", "geheim"), ("b", "geheim"), ("c", "ge heim €")] {
            let secret = try SecretSource.file(scratch.path(name).string).reveal()
            #expect(secret.text == text)
            #expect("\(secret)\(String(reflecting: secret))" == "******")
            var dumped = ""
            dump(secret, to: &dumped)
            #expect(!dumped.contains("heim"))
        }
        #expect(try SecretSource.environment("A").reveal(environment: ["A": "x"]).text == "x")
    }

    @Test("that are missing, empty, long or no line are errors that do not show them")
    func faults() throws {
        let long = String(repeating: "x", count: 9000)
        let scratch = try Scratch(["empty": "", "line": "\n", "two": "geheim\nzwei\n", "long": long])
        try scratch.write("bytes", [0xFF, 0xFE])
        for name in ["empty", "line", "two", "long", "bytes", "missing", "."] {
            let source = SecretSource.file(scratch.path(name).string)
            let error = try #require(throws: SecretError.self, "\(name)") { _ = try source.reveal() }
            #expect(!"\(error)".contains("geheim"))
        }
        for environment in [[:], ["A": ""], ["A": "geheim\n"], ["A": long]] {
            #expect(throws: SecretError.self) {
                _ = try SecretSource.environment("A").reveal(environment: environment)
            }
        }
    }
}
