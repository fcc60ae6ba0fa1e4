import Foundation
import Testing

@testable import Maintenance

@Suite("Measurements and their ranges")
struct RangeTests {
    @Test(
        "a range alerts as the Nagios plugin guidelines say, and end points belong to it",
        arguments: [
            ("10", [-0.1, 10.1, 11], [0, 5, 10]), ("10:", [9.9, -1], [10, 11, 1e9]), ("~:10", [10.1], [-1e9, 0, 10]),
            ("10:20", [9.9, 20.1], [10, 15, 20]), ("@10:20", [10, 15, 20], [9.9, 20.1]),
            ("@10", [0, 5, 10], [-0.1, 11]),
            (":10", [-0.1, 10.1], [0, 10]), ("-20:-10", [-9, -21], [-20, -10]), ("~:", [], [-1e300, 1e300]),
            ("@~:10", [-1e9, 10], [10.1]), ("0", [1, -1], [0]), (".5:1.", [0.4, 1.1], [0.5, 1]),
            ("1e3", [1001], [1000]),
            ("5:5", [4.9, 5.1], [5]), ("~:-1", [0, -0.5], [-1, -2]), ("+5:6", [4], [5, 6]),
        ] as [(String, [Double], [Double])])
    func alerts(_ text: String, _ outside: [Double], _ inside: [Double]) throws {
        let range = try MeasurementRange(parsing: text)
        for value in outside { #expect(range.alerts(on: value), "\(value)") }
        for value in inside { #expect(!range.alerts(on: value), "\(value)") }
        #expect(try MeasurementRange(parsing: range.description) == range, "\(range)")
    }

    @Test(
        "what is no range is refused",
        arguments: [
            "", ":", "@", "@:", "~", "20:10", "a", "10:b", "1:2:3", "@@10", "10 :20", " 10", "inf", "nan:1", "0x10",
            "~:~",
            "1,5", "10%", "--1", "1e999",
        ])
    func noRange(_ text: String) {
        #expect(throws: QuantityError.self) { try MeasurementRange(parsing: text) }
    }

    @Test(
        "a range is written as short as it can be",
        arguments: [
            ("0:10", "10"), ("0:", "0:"), ("10:20.50", "10:20.5"), ("@0:5", "@5"),
            ("~:1e20", "~:100000000000000000000"),
            ("1e-7:2", "0.0000001:2"), ("-0:5", "5"),
        ])
    func text(_ written: String, _ short: String) throws {
        #expect(try MeasurementRange(parsing: written).description == short)
    }

    @Test("a value that is no number alerts outside of every range, and never inside of one")
    func noNumber() throws {
        #expect(MeasurementRange.above(10).alerts(on: .nan))
        #expect(try !MeasurementRange(parsing: "@1:5").alerts(on: .nan))
        #expect(MeasurementRange.above(10).description == "~:10")
        #expect(MeasurementRange.below(10).description == "10:")
        #expect(MeasurementRange.above(10).alerts(on: .infinity))
    }

    @Test(
        "critical is said before warning",
        arguments: [(5, Outcome.ok), (15, .warning), (25, .critical)] as [(Double, Outcome)])
    func outcome(_ value: Double, _ outcome: Outcome) {
        let measurement = TaskMeasurement("size", value, .bytes, warning: .above(10), critical: .above(20))
        #expect(measurement.outcome == outcome)
        #expect(TaskMeasurement("size", value, .bytes).outcome == .ok)
    }

    @Test("a measurement has all its keys in JSON, absent ranges as null")
    func coding() throws {
        let measurement = TaskMeasurement("time", 1.5, .seconds, warning: .above(2))
        let data = try RecordCoding.encoder().encode(measurement)
        #expect(
            String(decoding: data, as: UTF8.self)
                == #"{"critical":null,"name":"time","unit":"s","value":1.5,"warning":"~:2"}"#)
        #expect(try RecordCoding.decoder().decode(TaskMeasurement.self, from: data) == measurement)
        #expect(throws: DecodingError.self) {
            try RecordCoding.decoder().decode(
                TaskMeasurement.self, from: Data(#"{"name":"a","unit":"","value":1,"warning":"2:1"}"#.utf8))
        }
    }

    @Test("the worst outcome of a run is shown, and skipped tasks count as nothing")
    func worst() {
        #expect([Outcome]().worst == .ok)
        #expect([Outcome.skipped, .skipped].worst == .ok)
        #expect([Outcome.ok, .skipped, .warning].worst == .warning)
        #expect([Outcome.critical, .unknown].worst == .critical)
        #expect([Outcome.unknown, .warning].worst == .unknown)
        #expect([Outcome.waiting, .ok].worst == .waiting)
        #expect([Outcome.waiting, .warning].worst == .warning)
        #expect(Set(Outcome.allCases.map(\.severity)).count == Outcome.allCases.count)
    }

    @Test("outcomes and exit statuses stand for each other", arguments: [Outcome.ok, .warning, .critical, .unknown])
    func exitStatus(_ outcome: Outcome) {
        #expect(Outcome(exitStatus: outcome.exitStatus) == outcome)
    }

    @Test("any other exit status is unknown", arguments: [-1, 4, 64, 127, 137, 255] as [Int32])
    func otherStatus(_ status: Int32) { #expect(Outcome(exitStatus: status) == .unknown) }

    @Test("only ok and warning let dependents run")
    func dependents() {
        #expect(Outcome.allCases.filter(\.allowsDependents) == [.ok, .warning])
    }
}
