import Foundation
import Glibc
import Testing

/// Faulty and hostile configuration, through the command that people use.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ConfigurationTests {
    struct Hostile: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
    }

    @Test(
        "hostile YAML is a mistake with its place, at once and in little memory",
        arguments: [
            Hostile(testDescription: "10,000 brackets", bytes: [UInt8](repeating: 0x5B, count: 10_000)),
            Hostile(
                testDescription: "an alias bomb",
                bytes: Array(
                    ("a: &a [x,x,x,x,x,x,x,x,x,x]\n"
                        + zip("bcdefghijk", "abcdefghij").map {
                            "\($0): &\($0) [" + [String](repeating: "*\($1)", count: 10).joined(separator: ",") + "]\n"
                        }
                        .joined()).utf8)),
            Hostile(testDescription: "invalid UTF-8", bytes: Array("services: ".utf8) + [0xFF, 0xFE, 0x80, 0x0A]),
            Hostile(testDescription: "an empty file", bytes: []),
        ])
    func hostile(_ hostile: Hostile) async throws {
        let instance = try await TestInstance(users: nil)
        defer { instance.remove() }
        for file in ["ronde.yaml", "schedules/daily.yaml"] {
            let sound = FileManager.default.contents(atPath: instance.folder + "/" + file)
            try Data(hostile.bytes).write(to: URL(filePath: instance.folder + "/" + file))
            let start = ContinuousClock.now
            let (ending, peakMemory) = try await instance.measured("validate")
            // A second, on a machine that is not busy testing.
            #expect(ContinuousClock.now - start < .seconds(5), "\(file)")
            #expect(ending.status == 78, "\(ending)")
            let line = try #require(
                ending.output.split(separator: "\n").first { $0.hasPrefix(file + ":") }, "\(ending)")
            #expect(line.dropFirst(file.count).prefixMatch(of: /:\d+:\d+: error: ./) != nil, "\(line)")
            #expect(peakMemory < 100 << 20)
            try sound?.write(to: URL(filePath: instance.folder + "/" + file))
        }
    }

    @Test("all mistakes of all files come in one pass, each at its place")
    func onePass() async throws {
        let instance = try await TestInstance(users: nil)
        defer { instance.remove() }
        try instance.schedule(
            "daily",
            """
            checklist: daily
            service: apy
            schedule: {cron: "0 25 * * *"}
            tasks:
              - {task: a, plugin: vacum}
              - {task: b, plugin: vacuum, with: {wen: always}, needs: [c]}
            """)
        try instance.schedule("weekly", "checklist: weekly\nservice: api\ntask: []\n")
        let ending = try await instance.ronde("validate")
        #expect(ending.status == 78)
        for expected in [
            "schedules/daily.yaml:2:10: error: ", "did you mean 'api'?", "schedules/daily.yaml:3:21: error: ",
            "hour", "schedules/daily.yaml:5:23: error: ", "did you mean 'vacuum'?",
            "schedules/daily.yaml:6:38: error: ",
            "did you mean 'when'?", "schedules/weekly.yaml:3:1: error: ", "did you mean 'tasks'?",
        ] {
            #expect(ending.output.contains(expected), "\(expected) is not in:\n\(ending.output)")
        }
        let json = try await instance.ronde("validate", "--json")
        let shape = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: [[String: Any]]]
        #expect((shape?["mistakes"]?.count ?? 0) >= 6)
        #expect(shape?["mistakes"]?.allSatisfy { $0["line"] is Int && $0["column"] is Int } == true)
    }

    @Test("a faulty configuration runs nothing and exits 78", arguments: ["run", "daemon", "next"])
    func nothingRuns(command: String) async throws {
        let instance = try await TestInstance(users: nil)
        defer { instance.remove() }
        try instance.write("servces: {}\n", to: "ronde.yaml")
        let ending = try await instance.start(command == "run" ? ["run", "daily"] : [command]).wait()
        #expect(ending.status == 78, "\(ending)")
        #expect(ending.errors.contains("ronde.yaml:1:1: error: "), "\(ending)")
        #expect(instance.names(in: "state").isEmpty)
    }

    @Test("a file that is named is called what the user called it", arguments: ["x.yaml", "schedules/../x.yaml", "/"])
    func spelling(path: String) async throws {
        let instance = try await TestInstance(users: nil)
        defer { instance.remove() }
        try instance.write("checklist: [\n", to: "x.yaml")
        let named = path == "/" ? instance.folder + "/x.yaml" : path
        let ending = try await instance.ronde("validate", named)
        #expect(ending.status == 78)
        #expect(ending.output.hasPrefix("\(named):2:1: error: "), "\(ending)")
    }

    @Test("the repository's own configuration has no mistakes")
    func ownConfiguration() async throws {
        let instance = try await TestInstance(users: nil)
        defer { instance.remove() }
        let ending = try await instance.ronde("validate", "--config", TestInstance.repository + "/ronde.yaml")
        #expect(ending.status == 0, "\(ending)")
    }
}
