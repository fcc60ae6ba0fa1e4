import Cron
import Foundation
import Maintenance
import SystemPackage
import Testing

@testable import ConfigurationFiles

@Suite("The endpoint, the file of metrics, and what is expected")
struct ExpectationSettingsTests {
    private static let listening = "endpoint: {listen: 127.0.0.1:7353}\n"

    private func instance(_ lines: String) throws -> (Instance, Scratch) {
        let scratch = try Scratch.instance(["ronde.yaml": Samples.instance + lines])
        return (try scratch.loaded(), scratch)
    }

    @Test("nothing is listened at, written or expected where nothing is said")
    func defaults() throws {
        let (instance, _) = try instance("")
        #expect(instance.endpoint == nil && instance.metrics == nil && instance.expectations.isEmpty)
    }

    @Test(
        "an address is a host and a port",
        arguments: [
            ("127.0.0.1:7353", "127.0.0.1", 7353), ("\"[::1]:1\"", "::1", 1), ("localhost:65535", "localhost", 65_535),
            ("127.8.9.10:80", "127.8.9.10", 80),
        ])
    func address(_ text: String, _ host: String, _ port: Int) throws {
        let (instance, _) = try instance("endpoint: {listen: \(text)}\n")
        #expect(instance.endpoint == EndpointSettings(host: host, port: port))
    }

    @Test("others may reach it only where that is said", arguments: ["0.0.0.0:7353", "\"[::]:7353\"", "nas.lan:7353"])
    func remote(_ text: String) throws {
        let (instance, _) = try instance("endpoint: {listen: \(text), allow_remote: true}\n")
        #expect(instance.endpoint?.port == 7353)
        let refused = try Scratch.instance(["ronde.yaml": Samples.instance + "endpoint: {listen: \(text)}\n"])
            .mistakes()
        #expect(refused.count == 1 && refused[0].hasPrefix("ronde.yaml:12:20: error: 'listen': whoever reaches"))
    }

    @Test("a file of metrics starts at this file's folder")
    func metrics() throws {
        let (instance, scratch) = try instance("metrics: {textfile: out/ronde.prom}\n")
        #expect(instance.metrics?.path == scratch.path("out/ronde.prom").string)
        #expect(instance.metrics?.every == TimeSpan(.seconds(60)))
        #expect(
            try self.instance("metrics: {textfile: /a.prom, every: 5s}\n").0.metrics?.every == TimeSpan(.seconds(5)))
    }

    @Test("expectations come in the order of the file, in the zone of the instance where they name none")
    func expectations() throws {
        let (instance, scratch) = try instance(
            Self.listening + """
                expects:
                  nas:
                    title: Backup of the NAS
                    key: {file: secrets/nas}
                    schedule: {cron: "0 3 * * *", timezone: America/New_York}
                    grace: 45m
                  mail: {key: {env: MAIL_KEY}, schedule: "*/15 * * * *"}
                  web: {key: {env: WEB_KEY}, every: 1h, grace: 90s}
                """)
        let zones = try ["America/New_York", "Europe/Paris"].map { try #require(TimeZone(identifier: $0)) }
        #expect(
            instance.expectations == [
                Maintenance.Expectation(
                    name: "nas", title: "Backup of the NAS", key: .file(scratch.path("secrets/nas").string),
                    rhythm: .cron(try CronExpression(parsing: "0 3 * * *"), zones[0]), grace: TimeSpan(.seconds(2700))),
                Maintenance.Expectation(
                    name: "mail", title: "mail", key: .environment("MAIL_KEY"),
                    rhythm: .cron(try CronExpression(parsing: "*/15 * * * *"), zones[1]),
                    grace: TimeSpan(.seconds(1800))),
                Maintenance.Expectation(
                    name: "web", title: "web", key: .environment("WEB_KEY"), rhythm: .every(TimeSpan(.seconds(3600))),
                    grace: TimeSpan(.seconds(90))),
            ])
        #expect(
            instance.expectations.map { "\($0.rhythm)" } == [
                "0 3 * * * America/New_York", "*/15 * * * * Europe/Paris", "every 1h",
            ])
    }

    @Test(
        "mistakes are found at their places",
        arguments: [
            ("endpoint: {}", "12:11", "the key 'listen' is missing"),
            ("endpoint: {listen: 7353}", "12:20", "no address and port"),
            ("endpoint: {listen: '127.0.0.1:'}", "12:20", "no address and port"),
            ("endpoint: {listen: 127.0.0.1:0}", "12:20", "the port 0 is not from 1 to 65535"),
            ("endpoint: {listen: 127.0.0.1:99999}", "12:20", "the port 99999 is not from 1 to 65535"),
            ("endpoint: {listen: 127.0.0.1:+80}", "12:20", "no address and port"),
            ("endpoint: {listen: '::1:80'}", "12:20", "no address and port"),
            ("endpoint: {listen: '[127.0.0.1]:80'}", "12:20", "no address and port"),
            ("endpoint: {listen: '[::1]'}", "12:20", "no address and port"),
            ("endpoint: {listen: ['::1:7353']}", "12:20", "must be a text"),
            ("endpoint: {listen: 'a b:80'}", "12:20", "no address and port"),
            ("endpoint: {listen: 127.0.0.1.evil.org:80}", "12:20", "whoever reaches"),
            ("endpoint: {listen: 0.0.0.0:80, allow_remote: yes please}", "12:46", "must be true or false"),
            ("endpoint: {listen: 127.0.0.1:80, port: 3}", "12:34", "unknown key 'port'"),
            ("endpoint: off", "12:11", "must be a mapping"),
            ("metrics: {textfile: a.txt}", "12:21", "end with .prom"),
            ("metrics: {textfile: a.prom, every: 1s}", "12:36", "from 5s to 1d"),
            ("metrics: {every: 1m}", "12:10", "the key 'textfile' is missing"),
        ])
    func endpointMistakes(_ line: String, _ place: String, _ words: String) throws {
        try check(Samples.instance + line + "\n", place, words)
    }

    @Test(
        "mistakes of expectations are found at their places",
        arguments: [
            ("{nas: {every: 1h}}", "13:16", "the key 'key' is missing"),
            ("{nas: {key: {env: K}}}", "13:16", "exactly one of them"),
            ("{nas: {key: {env: K}, every: 1h, schedule: '@daily'}}", "13:16", "exactly one of them"),
            ("{nas: {key: my-secret-key-1234, every: 1h}}", "13:22", "a secret is no part of this file"),
            ("{nas: {key: {env: K, file: k}, every: 1h}}", "13:22", "one place"),
            ("{NAS: {key: {env: K}, every: 1h}}", "13:11", "cannot name a job to expect"),
            ("{nas: {key: {env: K}, every: 0s}}", "13:39", "not from 1s to 366d"),
            ("{nas: {key: {env: K}, every: 400d}}", "13:39", "not from 1s to 366d"),
            ("{nas: {key: {env: K}, every: often}}", "13:39", "a length of time"),
            ("{nas: {key: {env: K}, every: 1h, grace: -1m}}", "13:50", "a length of time"),
            ("{nas: {key: {env: K}, schedule: '61 * * * *'}}", "13:43", "61"),
            ("{nas: {key: {env: K}, schedule: {timezone: UTC}}}", "13:42", "the key 'cron' is missing"),
            ("{nas: {key: {env: K}, schedule: {cron: '@daily', timezone: Mars}}}", "13:69", "no time zone"),
            ("{nas: {key: {env: K}, schedule: {cron: '@daily', missed: {}}}}", "13:59", "unknown key 'missed'"),
            ("{nas: {key: {env: K}, every: 1h, gracе: 1h}}", "13:43", "unknown key"),
            ("{nas: {key: {env: K}, every: 1h}, nas: {key: {env: L}, every: 1h}}", "13:44", "nas"),
            ("[nas]", "13:10", "must be a mapping"), ("{nas: 1h}", "13:16", "must be a mapping"),
        ])
    func expectationMistakes(_ text: String, _ place: String, _ words: String) throws {
        try check(Samples.instance + Self.listening + "expects: \(text)\n", place, words)
    }

    @Test("expectations without an endpoint could never be met")
    func noEndpoint() throws {
        try check(Samples.instance + "expects: {nas: {key: {env: K}, every: 1h}}\n", "12:10", "no ping could come in")
        let scratch = try Scratch.instance(["ronde.yaml": Samples.instance + "expects: {}\n"])
        #expect(scratch.mistakes().isEmpty)
    }

    private func check(_ text: String, _ place: String, _ words: String) throws {
        let mistakes = try Scratch.instance(["ronde.yaml": text]).mistakes()
        #expect(mistakes.contains { $0.hasPrefix("ronde.yaml:\(place): ") && $0.contains(words) }, "\(mistakes)")
        #expect(mistakes.count == 1, "\(mistakes)")
    }
}
