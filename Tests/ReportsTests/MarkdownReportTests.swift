import Foundation
import Maintenance
import Reports
import Testing

@Suite("A report in Markdown")
struct MarkdownReportTests {
    /// Compares with a file of `Golden`; set GOLDEN_FOLDER to that folder to write the files anew, then read them.
    private func expectGolden(_ name: String, _ text: String, _ place: SourceLocation = #_sourceLocation) throws {
        if let folder = ProcessInfo.processInfo.environment["GOLDEN_FOLDER"] {
            try Data(text.utf8).write(to: URL(filePath: folder).appending(path: name))
            return
        }
        let file = try #require(Bundle.module.url(forResource: "Golden/" + name, withExtension: nil))
        let expected = try String(contentsOf: file, encoding: .utf8)
        #expect(text == expected, "\(name) differs", sourceLocation: place)
    }

    @Test("shows a bad week with what needs attention first and what changed")
    func badWeek() throws {
        let report = try Samples.badWeek()
        let comparison = RunComparison(of: report, since: try Samples.goodWeek())
        try expectGolden("bad-week.md", MarkdownReport.render(report, comparison: comparison))
    }

    @Test("is short for a first run by hand where all is well")
    func firstRun() throws {
        var report = try Samples.report(tasks: [Samples.task("health"), Samples.task("backup")])
        (report.trigger, report.nominalTime) = (.manual, nil)
        try expectGolden("first-run.md", MarkdownReport.render(report, comparison: nil))
    }

    @Test("keeps hostile text in its place")
    func hostile() throws {
        try expectGolden("hostile.md", MarkdownReport.render(try HostileText.report(), comparison: nil))
    }

    @Test("says in full below the table what the table had no room for")
    func cutSummary() throws {
        var report = try Samples.goodWeek()
        let long = "main: not needed, " + Array(repeating: "7% of it is free", count: 8).joined(separator: ", ")
        report.tasks[0].summary = long
        let words = MarkdownReport.render(report, comparison: nil).split(whereSeparator: \.isWhitespace)
        #expect(words.joined(separator: " ").contains("- \(report.tasks[0].task): \(long)"))
    }

    @Test("stands no wider than 100 columns in a terminal, but for paths")
    func width() throws {
        let report = try Samples.badWeek()
        let comparison = RunComparison(of: report, since: try Samples.goodWeek())
        for line in MarkdownReport.render(report, comparison: comparison).split(separator: "\n") {
            #expect(DisplayWidth.of(line) <= 100, "\(line)")
        }
    }

    @Test("says why a run ended early, that it was late and that it was dry")
    func circumstances() throws {
        var report = try Samples.report(dryRun: true)
        report.trigger = .late
        report.nominalTime = report.startedAt - 11_520
        report.interruption = "the time limit of 15m was over"
        let text = MarkdownReport.render(report, comparison: nil)
        #expect(text.contains("late by 3 h 12 m, due Saturday 2026-11-21 22:48:00 +01:00"))
        #expect(text.contains("The run ended before its tasks did: the time limit of 15m was over"))
        #expect(text.contains("This was a dry run"))
        #expect(text.contains("The run had no tasks."))
        #expect(!text.contains("Nothing:"))
    }

    @Test("shows times in UTC where the zone is not known, and says so")
    func unknownZone() throws {
        var report = try Samples.report()
        report.timezone = "Mars/Olympus"
        let text = MarkdownReport.render(report, comparison: nil)
        #expect(text.contains("Sunday 2026-11-22 01:00:00 UTC"))
        #expect(text.contains("UTC, because 'Mars/Olympus' is not a known time zone"))
    }

    @Test("tells of a finding even where the task ended ok")
    func findingOfGoodTask() throws {
        let log = [LogLine(.warning, "the certificate ends in 20 days")]
        let report = try Samples.report(tasks: [Samples.task("health", .ok, log: log)])
        let text = MarkdownReport.render(report, comparison: nil)
        #expect(text.contains("### ✓ OK: health\n"))
        #expect(text.contains("- warning: the certificate ends in 20 days\n"))
    }

    @Test("bounds what one task can say")
    func bounds() throws {
        let findings = (0..<2_000).map { LogLine(.error, "row \($0) " + String(repeating: "x", count: 2_000)) }
        let measurements = (0..<1_000).map { TaskMeasurement("m\($0)", 0, .count) }
        var task = Samples.task("integrity", .critical, measurements: measurements, log: findings)
        task.artifacts = (0..<1_000).map { Artifact(kind: "page", path: "/\($0)", bytes: 0, sha256: nil) }
        task.summary = String(repeating: "very long ", count: 10_000)
        let text = MarkdownReport.render(try Samples.report(outcome: .critical, tasks: [task]), comparison: nil)
        #expect(text.utf8.count < 500_000)
        #expect(text.contains("- and 1,950 more; report.json has all of them"))
        #expect(text.components(separatedBy: "\nand 800 more; report.json has all of them\n").count == 3)
        #expect(text.contains("... 1,700 lines left out here; report.json has them ..."))
    }

    @Test(
        "says limits in words",
        arguments: [
            ("10", "s", "warns above 10 s"), ("~:2", "s", "warns above 2 s"), ("10:", "", "warns below 10"),
            ("1:5", "", "warns outside 1 to 5"), ("@1:5", "", "warns from 1 to 5"), ("@3:3", "", "warns at 3"),
            ("~:", "", "warns never"), ("@~:", "", "warns always"), ("@~:5", "%", "warns up to 5 %"),
            ("@5:", "", "warns from 5 up"), ("0", "", "warns above 0"), ("0:", "", "warns below 0"),
            ("10", "°C", "warns outside 0 °C to 10 °C"), ("100000000", "B", "warns above 100 MB"),
        ])
    func limits(range: String, unit: String, words: String) throws {
        let measurement = TaskMeasurement(
            "a", 1, MeasurementUnit(rawValue: unit), warning: try MeasurementRange(parsing: range))
        let report = try Samples.report(tasks: [Samples.task("t", measurements: [measurement])])
        #expect(MarkdownReport.render(report, comparison: nil).contains("| \(words) "))
    }
}
