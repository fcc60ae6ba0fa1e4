import Maintenance
import Testing

@testable import MonitoringChecks

@Suite("Performance data")
struct PerformanceDataTests {
    private func datum(
        _ label: String, _ value: Double?, _ unit: String = "", _ warning: String? = nil, _ critical: String? = nil
    ) throws -> PerformanceData.Item {
        .value(
            .init(
                label: label, value: value, unit: unit, warning: try warning.map(MeasurementRange.init(parsing:)),
                critical: try critical.map(MeasurementRange.init(parsing:))))
    }

    @Test(
        "units are kept as they are written",
        arguments: ["", "s", "us", "ms", "%", "B", "KB", "MB", "TB", "c", "MiB", "°C", "B/s"])
    func units(unit: String) throws {
        #expect(PerformanceData.items(in: "x=1.5\(unit);;;0") == [try datum("x", 1.5, unit)])
    }

    @Test(
        "numbers in every form that checks write",
        arguments: [
            ("1", 1.0), ("-1", -1), ("+1", 1), (".5", 0.5), ("5.", 5), ("1e3", 1000), ("1E-2", 0.01), ("0,25", 0.25),
            ("1.000000", 1), ("18446744073709551615", 18_446_744_073_709_551_616),
        ])
    func numbers(text: String, value: Double) throws {
        #expect(PerformanceData.items(in: "x=\(text)s") == [try datum("x", value, "s")])
    }

    @Test(
        "labels in quotes may have blanks, '=' and doubled quotes",
        arguments: [
            ("'a b'=1", "a b"), ("'a=b'=1", "a=b"), ("'it''s'=1", "it's"), ("''''=1", "'"), ("'a|b;c'=1", "a|b;c"),
            ("load1=1", "load1"), ("C:\\=1", "C:\\"), ("é=1", "é"), ("a'b=1", "a'b"),
        ])
    func labels(text: String, label: String) throws {
        #expect(PerformanceData.items(in: text[...]) == [try datum(label, 1)])
    }

    @Test(
        "ranges as the guidelines write them, and none where they are faulty",
        arguments: [
            ("10;20", "10", "20"), ("10:;20:", "10:", "20:"), ("~:10;@5:7", "~:10", "@5:7"), (";;0;100", nil, nil),
            ("10", "10", nil), (";20", nil, "20"), ("1,5;2,5:3,5", "1.5", "2.5:3.5"), ("20:10;x", nil, nil),
            ("1;2;3;4;5;6", "1", "2"),
        ] as [(String, String?, String?)])
    func ranges(text: String, warning: String?, critical: String?) throws {
        #expect(PerformanceData.items(in: "x=1;\(text)") == [try datum("x", 1, "", warning, critical)])
    }

    @Test("'U' is a value that is not known")
    func unknown() throws {
        #expect(PerformanceData.items(in: "x=U;1;2 y=U") == [try datum("x", nil), try datum("y", nil)])
    }

    @Test(
        "what cannot be read is left out, and the rest is kept",
        arguments: [
            "total", "=5", "''=5", "x=", "x=;1;2", "x=abc", "x=1.2.3", "x=nan", "x=inf", "x=0x10", "x=1e999", "x=--1",
            "'open=5", "'a'b=5", "x=1,2,3", "x==1", "'a'", "x=1m2",
        ])
    func unreadable(text: String) throws {
        let before = try datum("before", 1)
        let after = try datum("after", 2, "s")
        #expect(PerformanceData.items(in: "before=1 \(text) after=2s"[...]) == [before, .unreadable(text), after])
    }

    @Test("a flood of hostile text takes a moment and no more")
    func flood() {
        let quotes = String(repeating: "'", count: 100_001)
        #expect(PerformanceData.items(in: quotes[...]).count == 1)
        #expect(PerformanceData.items(in: "x=" + String(repeating: "9", count: 1_000_000)).count == 1)
        let openings = String(repeating: "'a ", count: 2000)
        #expect(PerformanceData.items(in: openings[...]).count <= 2000)
    }

    @Test(
        "labels become names that reports and programs can use",
        arguments: [
            ("/", "root"), ("/var/lib/docker", "var_lib_docker"), ("Free Space (MB)", "free_space_mb"), ("C:\\", "c"),
            ("Größe", "grosse"), ("été", "ete"), ("日本", "value"), ("%", "value"), ("load.1", "load.1"),
            ("eth0-in", "eth0-in"), ("..", "value"),
            (String(repeating: "x", count: 500), String(repeating: "x", count: 80)),
        ])
    func names(label: String, name: String) {
        var names = MeasurementNames()
        #expect(names.name(for: label) == name)
    }
}
