import ConfigurationFiles
import DatabasePluginTesting
import DurableFiles
import Foundation
import Maintenance
import PluginKit
import ProcFS
import Synchronization
import SystemPackage
import Testing

@testable import DiskPlugin

/// Runs of the plugin over file systems that are as a test says, day after day.
private final class Days {
    let trial: Trial
    private let start = Date(timeIntervalSince1970: 1_795_262_400)

    init() throws { trial = try Trial() }

    func run(
        day: Double, used: Double, of capacity: Double = 1e12, inodes: Double = 0, _ parameters: String = "",
        isDryRun: Bool = false, paths: String = "/data", look: DiskPlugin.Look? = nil
    ) async throws -> (result: TaskResult, measurements: [TaskMeasurement]) {
        let read = ParameterReading.read("{paths: [\(paths)], \(parameters)}", of: try Trial.manifest())
        let with = try #require(read.value, "\(read.mistakes)")
        let bytes = try RecordCoding.encoder().encode(with)
        let configuration = try RecordCoding.decoder().decode(DiskConfiguration.self, from: bytes)
        let facts = FileSystemFacts(
            place: "/data", mount: nil, room: .init(used: used, available: capacity - used),
            inodes: .init(used: inodes, available: 1e6 - inodes), isReadOnly: false, device: 1)
        let now = start.addingTimeInterval(day * 86_400)
        let plugin = try DiskPlugin(configuration, now: { now }, look: look ?? { _ in .success(facts) })
        let request = PluginRequest(
            run: "r", task: "t", attempt: 1, plugin: "disk", service: Service(name: "api", title: "API"), with: with,
            dryRun: isDryRun, nominalTime: now, deadline: Date(timeIntervalSinceNow: 60), scratch: trial.scratch.string,
            state: trial.state.string)
        let measurements = Mutex<[TaskMeasurement]>([])
        let context = TaskContext(request) { event in
            if case .measurement(let found) = event { measurements.withLock { $0.append(found) } }
        }
        return (try await plugin.run(in: context), measurements.withLock { $0 })
    }
}

@Suite("When a file system will be full")
struct DiskTrendTests {
    @Test("what grows by 10 GB a day and has 300 GB left is full in 30 days, and warned of 14 days before")
    func grows() async throws {
        let days = try Days()
        var last = try await days.run(day: 0, used: 3e11)
        #expect(!last.measurements.contains { $0.name == "data.full_in" })
        for day in 1...29 { last = try await days.run(day: Double(day), used: 3e11 + Double(day) * 1e10) }
        #expect(last.result.outcome == .ok)
        #expect(
            last.result.summary
                == "/data: 59% used, 410 GB of 1.00 TB free; grows by 10.0 GB a day, full about 2027-01-30",
            "\(last.result.summary)")
        #expect(last.measurements.first { $0.name == "data.growth" }?.value == 1e10)
        let fullIn: Double? = last.measurements.first { $0.name == "data.full_in" }?.value
        #expect(fullIn == 3_542_400)
        last = try await days.run(day: 30, used: 6e11, "full_within_warning: 41d")
        #expect(
            last.result.outcome == .warning && last.result.summary.contains("will be full in 40 days"),
            "\(last.result.summary)")
        last = try await days.run(day: 30.5, used: 6.05e11, "full_within_warning: 50d, full_within_critical: 45d")
        #expect(last.result.outcome == .critical)
    }

    @Test("what shrinks, stays or was seen for less than a day has no date")
    func others() async throws {
        let shrinking = try Days()
        var last = try await shrinking.run(day: 0, used: 3e11)
        for day in 1...4 { last = try await shrinking.run(day: Double(day), used: 3e11 - Double(day) * 1e9) }
        #expect(last.result.summary.hasSuffix("shrinks by 1.00 GB a day"))
        let still = try Days()
        for day in 0...4 { last = try await still.run(day: Double(day), used: 3e11) }
        #expect(last.result.summary.hasSuffix("does not grow"))
        let short = try Days()
        for hour in 0...20 { last = try await short.run(day: Double(hour) / 24, used: 3e11 + Double(hour) * 1e10) }
        #expect(last.result.outcome == .ok && !last.result.summary.contains("grow"))
    }

    @Test("inodes have a date of their own")
    func inodes() async throws {
        let days = try Days()
        var last = try await days.run(day: 0, used: 1e9, inodes: 1e5)
        for day in 1...6 { last = try await days.run(day: Double(day), used: 1e9, inodes: 1e5 * Double(day + 1)) }
        #expect(last.result.outcome == .warning)
        #expect(last.result.summary.contains("will run out of inodes in 3 days"), "\(last.result.summary)")
        #expect(last.result.summary.contains("100000 more files a day"))
    }

    @Test("a dry run keeps nothing, and needs no folder")
    func dry() async throws {
        let days = try Days()
        _ = try await days.run(day: 0, used: 1e9, isDryRun: true)
        #expect(try Folder.entries(of: days.trial.state).isEmpty)
        try Folder.removeTree(days.trial.state)
        #expect(try await days.run(day: 0, used: 1e9, isDryRun: true).result.outcome == .ok)
    }

    @Test("what cannot be kept costs the trend and not the report")
    func unkept() async throws {
        let days = try Days()
        try Folder.removeTree(days.trial.state)
        try Data().write(to: URL(fileURLWithPath: days.trial.state.string))
        #expect(try await days.run(day: 0, used: 9.5e11).result.outcome == .critical)
    }

    @Test("a file system that does not answer is named, and holds up nothing else", .timeLimit(.minutes(1)))
    func hangs() async throws {
        let gate = DispatchSemaphore(value: 0)
        let days = try Days()
        let facts = FileSystemFacts(
            place: "/data", mount: nil, room: .init(used: 1, available: 9), inodes: nil, isReadOnly: false, device: 1)
        let (result, measurements) = try await days.run(
            day: 0, used: 0, "time_limit_each: 50ms", paths: "/dead, /data",
            look: { place in
                if place.path == "/dead" { gate.wait() }
                return .success(facts)
            })
        gate.signal()
        #expect(result.outcome == .critical && result.summary.contains("'/dead' does not answer after 50ms"))
        #expect(measurements.contains { $0.name == "data.used" && $0.value == 10 })
    }
}
