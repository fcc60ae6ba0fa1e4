import Foundation
import Testing

@testable import Maintenance

@Suite("Records")
struct RecordTests {
    @Test(
        "JSON values are read back as they were, whole numbers exactly",
        arguments: [
            JSONValue.null, .bool(true), .bool(false), .integer(0), .integer(1), .integer(.max), .integer(.min),
            .number(1.5),
            .number(-1e-300), .string(""), .string("nan"), .string("inf"), .string("true"), .string("1"),
            .string("é\u{0}\n"),
            .array([]), .object([:]), .array([.integer(1), .array([.null]), .object(["a": .bool(false)])]),
            .object(["a b": .object(["": .string("x")]), "snake_case": .integer(1)]),
        ])
    func json(_ value: JSONValue) throws {
        // In an array, as the decoder of records and the plain one must agree also on parts.
        for decoder in [JSONDecoder(), RecordCoding.decoder()] {
            let data = try RecordCoding.encoder().encode([value])
            #expect(try decoder.decode([JSONValue].self, from: data) == [value])
        }
    }

    @Test(
        "numbers keep their kind as far as JSON has kinds",
        arguments: [
            ("9223372036854775807", JSONValue.integer(.max)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("-9223372036854775808", .integer(.min)), ("1.0", .integer(1)), ("1e2", .integer(100)),
            ("0.1", .number(0.1)),
        ])
    func numbers(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) == value)
    }

    @Test("a number beyond all others is refused where it stands")
    func hugeNumber() {
        let error = #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(JSONValue.self, from: Data(#"{"a":[1,1e400]}"#.utf8))
        }
        #expect(error.map { RecordCoding.explain($0) }?.contains("dictionary") == false, "\(String(describing: error))")
    }

    @Test("members of a JSON value are reached by their kind")
    func members() {
        let value = JSONValue.object(["a": .string("x"), "b": .integer(2), "c": .number(2.5)])
        #expect(value["a"]?.string == "x")
        #expect(value["b"]?.double == 2)
        #expect(value["c"]?.double == 2.5)
        #expect(value["a"]?.double == nil)
        #expect(value["d"] == nil)
        #expect(JSONValue.array([])["a"] == nil)
    }

    static let report: RunReport? = RunIdentifier(rawValue: "weekly-20261122-020000").map { run in
        RunReport(
            run: run, checklist: "weekly", title: "Weekly", service: "api", outcome: .warning, trigger: .late,
            nominalTime: Date(timeIntervalSince1970: 1_795_309_200),
            startedAt: Date(timeIntervalSince1970: 1_795_309_201.125),
            endedAt: Date(timeIntervalSince1970: 1_795_309_260), timezone: "Europe/Paris", host: "h", dryRun: false,
            interruption: nil,
            tasks: [
                TaskReport(
                    task: "a", title: "A", plugin: "backup", outcome: .ok, summary: "done", attempts: 1,
                    startedAt: Date(timeIntervalSince1970: 1_795_309_202.25),
                    endedAt: Date(timeIntervalSince1970: 1_795_309_204),
                    measurements: [TaskMeasurement("size", 12, .bytes, critical: .above(20))],
                    artifacts: [Artifact(kind: "backup", path: "/a/b", bytes: .max, sha256: nil)],
                    log: [LogLine(.warning, "look")]),
                TaskReport(task: "b", title: "B", plugin: "vacuum", outcome: .skipped, summary: "needs a"),
            ])
    }

    @Test(
        "a report is read back as it was, in every zone and layout",
        arguments: ["GMT", "Europe/Paris", "Asia/Kathmandu"])
    func report(_ zone: String) throws {
        let report = try #require(Self.report)
        for isIndented in [true, false] {
            let encoder = RecordCoding.encoder(timeZone: try #require(TimeZone(identifier: zone)), indented: isIndented)
            let data = try encoder.encode(report)
            #expect(try RecordCoding.decoder().decode(RunReport.self, from: data) == report)
        }
        #expect(report.tasks[0].seconds == 1.75)
        #expect(report.tasks[1].seconds == nil)
    }

    @Test(
        "a report's keys are in snake case, sorted, its instants with their offset, milliseconds only where there are any"
    )
    func shape() throws {
        let report = try #require(Self.report)
        let zone = try #require(TimeZone(identifier: "Europe/Paris"))
        let text = String(decoding: try RecordCoding.encoder(timeZone: zone).encode(report), as: UTF8.self)
        #expect(
            text.contains(
                #""dry_run":false,"ended_at":"2026-11-22T02:01:00+01:00","host":"h","nominal_time":"2026-11-22T02:00:00+01:00""#
            ))
        #expect(text.contains(#""started_at":"2026-11-22T02:00:01.125+01:00""#))
        #expect(text.contains(#""path":"/a/b""#))
    }

    @Test("numbers that JSON cannot write travel as texts", arguments: [Double.infinity, -.infinity, .nan])
    func nonFinite(_ value: Double) throws {
        let data = try RecordCoding.encoder().encode(TaskMeasurement("a", value, .count))
        let back = try RecordCoding.decoder().decode(TaskMeasurement.self, from: data)
        #expect(back.value == value || (back.value.isNaN && value.isNaN))
    }

    @Test(
        "decoding errors are told by the path of keys",
        arguments: [
            (#"{}"#, "'checklist' is missing"), (#"{"checklist":1}"#, "checklist: "),
            (#"{"checklist":"a","nominal_time":"now"}"#, "nominal_time: 'now' is no instant"),
            (#"{"checklist":null}"#, "checklist: a value is missing"),
        ])
    func explanation(_ json: String, _ words: String) throws {
        let error = try #require(
            throws: DecodingError.self
        ) { try RecordCoding.decoder().decode(FiringRecord.self, from: Data(json.utf8)) }
        #expect(RecordCoding.explain(error).hasPrefix(words), "\(RecordCoding.explain(error))")
    }

    @Test(
        "a run's identifier can be a folder's name and nothing more",
        arguments: [
            "", ".", "..", ".a", "a/b", "a b", "é", "a\n", "a\u{0}", "~", "a:b", String(repeating: "a", count: 201),
        ])
    func badIdentifier(_ text: String) {
        #expect(RunIdentifier(rawValue: text) == nil)
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode([RunIdentifier].self, from: JSONEncoder().encode([text]))
        }
    }

    @Test("a run is named by its checklist and local start time, and numbered where the name is taken")
    func identifier() throws {
        let zone = try #require(TimeZone(identifier: "Europe/Paris"))
        let start = Date(timeIntervalSince1970: 1_795_309_200.9)
        #expect(RunIdentifier(checklist: "weekly", start: start, timeZone: zone)?.rawValue == "weekly-20261122-020000")
        #expect(
            RunIdentifier(checklist: "weekly", start: start, timeZone: zone, attempt: 2)?.rawValue
                == "weekly-20261122-020000-2")
        #expect(RunIdentifier(checklist: "../x", start: start, timeZone: zone) == nil)
        #expect(CompactTime(start, in: .gmt, separator: "_").text == "20261122_010000")
    }

    @Test(
        "a service's database is the one named, else the only one, else main",
        arguments: [
            (["main"], nil, "main"), (["a"], nil, "a"), (["a", "main"], nil, "main"), (["a", "b"], nil, nil),
            ([], nil, nil),
            (["a", "b"], "b", "b"), (["a"], "b", nil),
        ] as [([String], String?, String?)])
    func databaseName(_ names: [String], _ requested: String?, _ found: String?) {
        var service = Service(name: "api", title: "API")
        for name in names { service.databases[name] = DatabaseLocation(sqlite: "/\(name)") }
        #expect(service.databaseName(for: requested) == found)
    }
}
