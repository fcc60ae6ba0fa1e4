import DurableFiles
import Foundation
import Maintenance
import ServiceLifecycle
import Synchronization
import SystemPackage
import Testing

@testable import Observability

@Suite("Metrics")
struct MetricsTests {
    private struct Broken: Error, CustomStringConvertible { let description = "disk on fire" }

    /// A source with something in every part, and hostile names in the labels.
    static func source() -> MetricsSource {
        var source = MetricsSource {
            DaemonFacts(
                startedAt: noon, version: "0.1.0", schedules: 3, runsInProgress: 1, isConfigurationGood: false,
                configurationReadAt: noon)
        }
        source.checklists = {
            [
                ChecklistFacts(
                    name: "daily", nextFiring: noon + 3600,
                    lastRun: .init(
                        outcome: .critical, startedAt: noon - 90.5, endedAt: noon - 60,
                        measurements: [
                            "health": [
                                TaskMeasurement("response_time", 0.25, .seconds),
                                TaskMeasurement("response_time", 0.5, .seconds),
                                TaskMeasurement("odd \"name\"\\\n", .infinity, .percent),
                                TaskMeasurement("none", .nan, .count), TaskMeasurement("big", 1e300, .bytes),
                            ]
                        ]), lastSuccess: noon - 86_400),
                ChecklistFacts(name: "yearly"),
            ]
        }
        source.firings = {
            [
                FiringCount(checklist: "daily", state: .ran, count: 41),
                FiringCount(checklist: "daily", state: .running, count: 1),
                FiringCount(checklist: "daily", state: .missed, count: 2),
            ]
        }
        source.queuedNotices = { 4 }
        source.backups = { [BackupFacts(service: "api", tier: "daily", instant: noon - 7200, bytes: 4_612_096)] }
        source.expectations = {
            [
                ExpectationStatus(name: "nas", title: "NAS", state: .down, lastPing: noon - 100),
                ExpectationStatus(name: "mail", title: "Mail", state: .unheard),
                ExpectationStatus(name: "web", title: "Web", state: .late, lastPing: noon),
            ]
        }
        return source
    }

    private func page(_ source: MetricsSource) async -> String {
        await MetricsCollector(source, clock: FixedClock(now: noon), log: LogCapture().logger).page()
    }

    @Test("the page is valid, and says what the daemon knows")
    func whole() async throws {
        let page = try Exposition(await page(Self.source()))
        func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
            page.samples.first { $0.name == name && $0.labels == labels }?.value
        }
        #expect(Set(page.types.keys) == Set(page.helps.keys) && page.types.count == 22)
        #expect(value("ronde_build_info", ["version": "0.1.0"]) == 1)
        #expect(value("ronde_start_time_seconds") == 1_800_000_000)
        #expect(value("ronde_configuration_last_reload_successful") == 0)
        #expect(value("ronde_next_firing_timestamp_seconds", ["checklist": "daily"]) == 1_800_003_600)
        #expect(value("ronde_next_firing_timestamp_seconds", ["checklist": "yearly"]) == nil)
        #expect(value("ronde_last_run_outcome", ["checklist": "daily"]) == 2)
        #expect(value("ronde_last_run_duration_seconds", ["checklist": "daily"]) == 30.5)
        #expect(value("ronde_firings_total", ["checklist": "daily", "state": "ran"]) == 41)
        #expect(value("ronde_firings_total", ["checklist": "daily", "state": "running"]) == nil)
        #expect(value("ronde_notifications_queued") == 4)
        #expect(value("ronde_backup_newest_verified_age_seconds", ["service": "api", "tier": "daily"]) == 7200)
        #expect(value("ronde_expectations_overdue") == 1)
        #expect(value("ronde_expectation_up", ["expectation": "mail"]) == 0)
        #expect(value("ronde_expectation_up", ["expectation": "web"]) == 1)
        let odd = [
            "checklist": "daily", "task": "health", "name": "odd \"name\"\\\n", "unit": "%",
        ]
        #expect(value("ronde_task_measurement", odd) == .infinity)
        let twice = page.samples.filter { $0.labels["name"] == "response_time" }
        #expect(twice.map(\.value) == [0.5], "of the same measurement the last counts")
        #expect(page.types["ronde_firings_total"] == "counter")
    }

    @Test("the same state is the same text, in whatever order it was given")
    func stable() async {
        var turned = Self.source()
        let (firings, expectations) = (turned.firings, turned.expectations)
        turned.firings = { try firings().reversed() }
        turned.expectations = { try expectations().reversed() }
        #expect(await page(turned) == page(Self.source()))
    }

    @Test("label values and help are escaped as the format says")
    func escaping() throws {
        let help = "a \\ and\na \"quote\""
        let family = MetricFamily(
            name: "x", help: help, kind: .gauge,
            samples: [
                MetricSample(1, ["a": "\\n", "b": "\"\n\r\n\\"]), MetricSample(-0.0), MetricSample(2.5e-7, ["a": "é"]),
            ])
        let text = MetricsPage.render([family])
        #expect(
            text == """
                # HELP x a \\\\ and\\na "quote"
                # TYPE x gauge
                x 0
                x{a="\\\\n",b="\\"\\n\r\\n\\\\"} 1
                x{a="é"} 2.5e-07

                """)
        let page = try Exposition(text)
        #expect(page.helps["x"] == help)
        #expect(page.samples.contains(.init(name: "x", labels: ["a": "\\n", "b": "\"\n\r\n\\"], value: 1)))
    }

    @Test("families of one name are one, and those without samples are left out")
    func merged() throws {
        let one = MetricFamily("x", "h", .gauge, [MetricSample(1, ["a": "1"])])
        let other = MetricFamily("x", "h", .gauge, [MetricSample(2, ["a": "2"]), MetricSample(3, ["a": "1"])])
        let page = try Exposition(MetricsPage.render([one, MetricFamily("y", "h", .gauge), other]))
        #expect(page.samples.map(\.value) == [3, 2])
        #expect(MetricsPage.render([]) == "")
    }

    @Test(
        "the strict reader refuses what the format forbids",
        arguments: [
            "x 1\n", "# TYPE x gauge\nx 1", "# TYPE x gauge\nx{a=\"1\",a=\"2\"} 1\n",
            "# TYPE x gauge\nx{a=\"\\t\"} 1\n",
            "# TYPE x gauge\nx 1\nx 2\n", "# TYPE x gauge\nx nan\n", "# TYPE x gauge\nx 0x1\n",
            "# TYPE 1x gauge\n1x 1\n",
            "# TYPE x gauge\n# TYPE y gauge\nx 1\ny 1\nx{a=\"1\"} 1\n", "# TYPE x gauge\nx{a=\"1} 1\n",
        ])
    func strict(_ text: String) {
        #expect(throws: Exposition.Fault.self) { try Exposition(text) }
    }

    @Test("a part that fails leaves its metrics out, says so once in the log, and takes no other part along")
    func brokenPart() throws {
        let capture = LogCapture()
        var source = Self.source()
        source.backups = { throw Broken() }
        let collector = MetricsCollector(source, clock: FixedClock(now: noon), log: capture.logger)
        for _ in 0..<3 {
            let page = try Exposition(MetricsPage.render(collector.families()))
            #expect(!page.samples.contains { $0.name.hasPrefix("ronde_backup") })
            #expect(
                page.samples.contains(.init(name: "ronde_metrics_source_up", labels: ["source": "backups"], value: 0)))
            #expect(
                page.samples.contains(.init(name: "ronde_metrics_source_up", labels: ["source": "ledger"], value: 1)))
        }
        #expect(capture.all == ["error: metrics are missing error=disk on fire source=backups"])
    }

    @Test("many who ask at once cost one look")
    func manyReaders() async {
        let looks = Mutex(0)
        var source = Self.source()
        source.queuedNotices = {
            looks.withLock {
                $0 += 1; return $0
            }
        }
        let collector = MetricsCollector(source, log: LogCapture().logger)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 { group.addTask { _ = await collector.page() } }
        }
        #expect(looks.withLock { $0 } <= 2)
    }

    @Test("the textfile is readable by all, replaced as a whole, and nothing is left beside it")
    func textfile() async throws {
        let folder = try TestFolder()
        let path = folder.appending("ronde.prom")
        try MetricsTextfile.write("a 1\n", to: path)
        try MetricsTextfile.write("a 2\n", to: path)
        #expect(try DurableFile.read(path, limit: 100) == Array("a 2\n".utf8))
        #expect(
            try FileFacts.of(path, followingLinks: false)?.permissions == [.ownerReadWrite, .groupRead, .otherRead])
        #expect(try Folder.entries(of: folder.path) == ["ronde.prom"])
    }

    @Test("the textfile is written at the start and at the end; one that cannot be is said once")
    func textfileService() async throws {
        let folder = try TestFolder()
        for name in ["ronde.prom", "missing/ronde.prom"] {
            let capture = LogCapture()
            let service = MetricsTextfile(
                MetricsTextfileSettings(
                    path: folder.appending("").string + "/" + name, every: TimeSpan(.milliseconds(5))),
                collector: MetricsCollector(Self.source(), log: capture.logger), log: capture.logger)
            let task = Task { try await service.run() }
            let good = folder.appending("ronde.prom")
            if name == "ronde.prom" {
                while try FileFacts.of(good, followingLinks: false) == nil { await Task.yield() }
            } else {
                while capture.all.isEmpty { await Task.yield() }
            }
            task.cancel()
            try await task.value
            #expect(capture.all.count == (name == "ronde.prom" ? 0 : 1))
        }
        let text = String(decoding: try DurableFile.read(folder.appending("ronde.prom"), limit: 1 << 20), as: UTF8.self)
        #expect(try !Exposition(text).samples.isEmpty)
    }

    private static let promtool = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/promtool" }.first { FileManager.default.isExecutableFile(atPath: $0) }

    @Test("promtool finds nothing wrong", .enabled(if: promtool != nil, "promtool is not on this machine"))
    func lint() async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(Self.promtool))
        process.arguments = ["check", "metrics"]
        let (input, output) = (Foundation.Pipe(), Foundation.Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, output)
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(await page(Self.source()).utf8))
        try input.fileHandleForWriting.close()
        let words = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(String(decoding: words, as: UTF8.self))")
        #expect(words.isEmpty, "\(String(decoding: words, as: UTF8.self))")
    }
}

/// A clock that stands still.
struct FixedClock: WallClock {
    let now: Date
    func sleep(until deadline: Date) async throws { try await Task.sleep(for: .seconds(3600)) }
}
