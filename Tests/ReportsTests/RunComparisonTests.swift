import Maintenance
import Reports
import Testing

@Suite("A comparison of two runs")
struct RunComparisonTests {
    private func changes(_ old: [TaskReport], _ new: [TaskReport]) throws -> [RunChange] {
        let before = try Samples.report("weekly-20261115-020000", startedAt: "2026-11-15T02:00:00+01:00", tasks: old)
        let comparison = RunComparison(of: try Samples.report(tasks: new), since: before)
        return try #require(comparison).changes
    }

    @Test(
        "tells of a value that changed noticeably, and of no other",
        arguments: [
            ("B", 4_612_096, 5_022_464, true), ("B", 4_612_096, 4_640_000, false), ("B", 800, 850, false),
            ("B", 0, 1_000, true), ("B", 0, 999, false), ("B", 1e9, 0.9e9, true),
            ("s", 0.002, 0.009, false), ("s", 0.2, 0.31, true), ("s", 0.2, 0.29, false), ("s", 0.1, 0.2, false),
            ("s", 0.1, 0.21, true), ("s", 10, 14.9, false), ("s", 10, 15.1, true), ("s", 10, 4.9, true),
            ("s", 0, 0.2, true),
            ("", 0, 1, true), ("", 5_000, 5_050, false), ("", 5_000, 5_051, true), ("", 3, 3, false), ("", 3, 2, true),
            ("%", 20, 25, false), ("%", 20, 25.1, true), ("%", 20, 14.9, true), ("%", 0, 3, false),
            ("c", 10, 1_000_000, false), ("c", 10, 9, true), ("°C", 20, 22, false), ("°C", 20, 22.1, true),
            ("s", .nan, .nan, false), ("s", .nan, 1, true), ("s", 1, .infinity, true),
            ("s", .infinity, .infinity, false),
        ] as [(String, Double, Double, Bool)])
    func noticeable(unit: String, old: Double, new: Double, told: Bool) throws {
        let unit = MeasurementUnit(rawValue: unit)
        let before = Samples.task(measurements: [TaskMeasurement("m", old, unit)])
        let after = Samples.task(measurements: [TaskMeasurement("m", new, unit)])
        #expect(try changes([before], [after]).isEmpty == !told)
    }

    @Test("tells of a judgement that changed even where the value hardly did")
    func judgement() throws {
        let old = TaskMeasurement("m", 1.99, .seconds, warning: .above(2))
        let new = TaskMeasurement("m", 2.01, .seconds, warning: .above(2))
        let found = try changes([Samples.task(measurements: [old])], [Samples.task(measurements: [new])])
        #expect(found == [RunChange(task: "health", .judgement(from: old, to: new))])
    }

    @Test("does not compare values in different units")
    func units() throws {
        let old = Samples.task(measurements: [TaskMeasurement("m", 1, .seconds)])
        let new = Samples.task(measurements: [TaskMeasurement("m", 5_000, .bytes)])
        #expect(try changes([old], [new]).isEmpty)
    }

    @Test("pairs measurements of one name in their order")
    func repeatedNames() throws {
        let (one, two) = (TaskMeasurement("m", 1, .count), TaskMeasurement("m", 2, .count))
        let three = TaskMeasurement("m", 3, .count)
        let old = Samples.task(measurements: [one, two])
        let new = Samples.task(measurements: [one, three, three])
        #expect(try changes([old], [new]) == [RunChange(task: "health", .value(from: two, to: three))])
    }

    @Test(
        "tells of a task that took much longer",
        arguments: [(1, 9, false), (1, 11.5, true), (20, 39, false), (20, 41, true), (0, 10, false), (60, 5, false)])
    func durations(old: Double, new: Double, told: Bool) throws {
        let found = try changes([Samples.task(seconds: old)], [Samples.task(seconds: new)])
        #expect(found == (told ? [RunChange(task: "health", .longer(from: old, to: new))] : []))
    }

    @Test("takes findings that differ in numbers alone for the same, and counts them")
    func findings() throws {
        let old = [LogLine(.warning, "2.31 s for /a"), LogLine(.warning, "disk at 81 %"), LogLine(.info, "started")]
        let new = [
            LogLine(.warning, "4.5 s for /a"), LogLine(.warning, "7 s for /a"), LogLine(.error, "disk at 81 %"),
            LogLine(.info, "begun"),
        ]
        let found = try changes([Samples.task(log: old)], [Samples.task(log: new)])
        #expect(
            found == [
                RunChange(task: "health", .newFinding(new[2])), RunChange(task: "health", .newFinding(new[1])),
                RunChange(task: "health", .goneFinding(old[1])),
            ])
    }

    @Test("does not take findings for gone where the task did not run")
    func skipped() throws {
        let old = Samples.task(log: [LogLine(.error, "damaged")])
        let found = try changes([old], [Samples.task("health", .skipped)])
        #expect(found == [RunChange(task: "health", .outcome(from: .ok, to: .skipped))])
    }

    @Test("puts the worst first and what got better last")
    func order() throws {
        let grown = TaskMeasurement("size", 200, .count)
        let small = TaskMeasurement("size", 100, .count)
        let alarm = TaskMeasurement("errors", 5, .count, warning: .above(0))
        let calm = TaskMeasurement("errors", 0, .count, warning: .above(0))
        let old = [
            Samples.task("a", .critical, log: [LogLine(.error, "old")]),
            Samples.task("b", measurements: [small, calm]),
            Samples.task("gone"), Samples.task("c"),
        ]
        let new = [
            Samples.task("a", log: [LogLine(.warning, "new")]), Samples.task("new"), Samples.task("bad", .warning),
            Samples.task("b", .warning, seconds: 100, measurements: [grown, alarm]), Samples.task("c", .critical),
        ]
        #expect(
            try changes(old, new) == [
                RunChange(task: "c", .outcome(from: .ok, to: .critical)),
                RunChange(task: "b", .outcome(from: .ok, to: .warning)),
                RunChange(task: "bad", .newTask(.warning)),
                RunChange(task: "b", .judgement(from: calm, to: alarm)),
                RunChange(task: "a", .newFinding(LogLine(.warning, "new"))),
                RunChange(task: "gone", .vanishedTask(.ok)),
                RunChange(task: "b", .longer(from: 1, to: 100)),
                RunChange(task: "b", .value(from: small, to: grown)),
                RunChange(task: "new", .newTask(.ok)),
                RunChange(task: "a", .outcome(from: .critical, to: .ok)),
                RunChange(task: "a", .goneFinding(LogLine(.error, "old"))),
            ])
    }

    @Test("finds nothing between a run and itself, and nothing to compare between checklists")
    func identity() throws {
        let report = try Samples.badWeek()
        #expect(RunComparison(of: report, since: report)?.changes == [])
        var other = report
        other.checklist = "daily"
        #expect(RunComparison(of: report, since: other) == nil)
    }

    @Test("lives with two tasks of one name")
    func duplicateTasks() throws {
        let twice = [Samples.task("a"), Samples.task("a", .critical)]
        let found = try changes(twice, twice)
        #expect(found == [RunChange(task: "a", .outcome(from: .ok, to: .critical))])
    }
}
