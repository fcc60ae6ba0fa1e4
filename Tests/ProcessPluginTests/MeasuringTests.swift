import DatabasePluginTesting
import DurableFiles
import Foundation
import Maintenance
import PluginKit
import ProcFS
import SystemPackage
import Testing

@testable import ProcessPlugin

@Suite("What the process takes", .serialized)
struct MeasuringTests {
    private func perform(
        _ child: Child, _ parameters: String = "", in trial: Trial? = nil, isDryRun: Bool = false,
        thresholds: Thresholds = Thresholds()
    ) async throws -> TrialRecord {
        let program = try NamedProgram()
        let file = try program.write("\(child.pid)", to: "pid")
        return try await (trial ?? Trial()).perform(
            "{pid_file: '\(file)', sample: 200ms\(parameters)}", dryRun: isDryRun, thresholds: thresholds)
    }

    @Test("a process that rests is well, in one line")
    func rests() async throws {
        let record = try await perform(try Child("/bin/sleep", "1000"))
        #expect(record.outcome == .ok && record.summary.hasPrefix("sleep ("), "\(record.summary)")
        #expect(record.summary.contains("% of a processor, ") && record.summary.contains(", up "))
        #expect(record.measured("processes") == 1 && record.measured("threads") == 1)
        let memory = try #require(record.measurements.first { $0.name == "memory" })
        #expect(memory.unit == .bytes && memory.warning?.description == "~:500000000")
        #expect(record.measured("memory_resident") ?? 0 >= memory.value && memory.value > 0)
        #expect(record.measurements.first { $0.name == "cpu" }?.warning?.description == "~:80")
    }

    @Test("the thresholds of the service count, and the checklist's before them")
    func thresholds() async throws {
        let child = try Child("/bin/sleep", "1000")
        let service = Thresholds(cpu: Percentage(percent: 33), memory: ByteSize(bytes: 1000))
        let record = try await perform(child, thresholds: service)
        #expect(
            record.outcome == .warning && record.summary.contains("of memory, more than 1.00 kB"), "\(record.summary)")
        #expect(record.measurements.first { $0.name == "cpu" }?.warning?.description == "~:33")
        #expect(try await perform(child, ", memory_warning: 1GB", thresholds: service).outcome == .ok)
        #expect(try await perform(child, ", memory_warning: 1B, memory_critical: 2B").outcome == .critical)
        #expect(try await perform(child, ", memory_critical: 1MB").outcome == .unknown)
    }

    @Test("the children of a process count with it, also for the processor")
    func tree() async throws {
        let child = try Child.shell("sh -c 'while :; do :; done' & sleep 1000 & echo; wait")
        let record = try await perform(child, ", cpu_warning: 2%")
        let tree = try ProcFS().table().tree(of: [child.pid]).map(\.pid)
        for pid in tree where pid != child.pid { kill(pid, SIGKILL) }
        #expect(record.measured("processes") == 3 && record.measured("cpu") ?? 0 > 2, "\(record.summary)")
        #expect(record.outcome == .warning && record.summary.contains("of a processor, more than 2%"))
    }

    @Test("processes that come and go while they are measured are no error")
    func races() async throws {
        let child = try Child.shell("echo; while :; do /bin/true; done")
        for _ in 0..<5 {
            let record = try await perform(child, ", cpu_warning: 1000%")
            #expect(record.outcome == .ok && record.measured("processes") ?? 0 >= 1, "\(record.summary)")
        }
    }

    @Test("open files are judged by the limit of the process")
    func files() async throws {
        let child = try Child.shell(
            "ulimit -n 20; for i in 3 4 5 6 7 8 9; do eval \"exec $i</dev/null\"; done; echo; while :; do sleep 1000; done"
        )
        let record = try await perform(child, ", files_warning: 30%")
        for process in try ProcFS().table().tree(of: [child.pid]) where process.pid != child.pid {
            kill(process.pid, SIGKILL)
        }
        #expect(record.outcome == .warning && record.measured("open_files_share") ?? 0 >= 50, "\(record.summary)")
        #expect(record.summary.contains("of 20 files open that it may"))
    }

    @Test("a process that is stopped is critical")
    func stopped() async throws {
        let child = try Child("/bin/sleep", "1000")
        kill(child.pid, SIGSTOP)
        while try ProcFS().status(of: child.pid)?.state != "T" { await Task.yield() }
        let record = try await perform(child)
        #expect(
            record.outcome == .critical && record.summary.contains("'kill -CONT \(child.pid)'"), "\(record.summary)")
    }

    @Test("a process that ends meanwhile does not run, whoever gets its number")
    func ends() async throws {
        let child = try Child("/bin/sleep", "1000")
        let root = try #require(try ProcFS().status(of: child.pid))
        let meter = ProcessMeter(proc: ProcFS(), sample: .milliseconds(100))
        #expect(try await meter.measure([root]) != nil)
        child.end()
        #expect(try await meter.measure([root]) == nil)
        let another = try Child("/bin/sleep", "1000")
        let folder = try NamedProgram()
        try Folder.create(folder.folder.appending("\(another.pid)"))
        _ = try folder.write(
            "\(another.pid) (x) S 1 1 1 0 -1 0 0 0 0 0 1 1 1 1 20 0 1 0 5 6 7", to: "\(another.pid)/stat")
        let earlier = try #require(try ProcFS(root: folder.folder).status(of: another.pid))
        #expect(try await meter.measure([earlier]) == nil)
    }

    @Test("a restart is told, and many within a day are a finding")
    func restarts() async throws {
        let trial = try Trial()
        let first = try Child("/bin/sleep", "1000")
        #expect(try await perform(first, in: trial).measured("restarts_day") == 0)
        #expect(try await perform(first, in: trial).measured("restarts_day") == 0)
        for number in 1...3 {
            let next = try Child("/bin/sleep", "1000")
            let dry = try await perform(next, in: trial, isDryRun: true)
            #expect(dry.measured("restarts_day") == Double(number))
            let record = try await perform(next, in: trial)
            #expect(record.measured("restarts_day") == Double(number))
            if number < 3 {
                #expect(record.outcome == .ok && record.summary.contains("restarted since the last run"))
            } else {
                #expect(
                    record.outcome == .warning && record.summary.contains("3 times within a day"), "\(record.summary)")
            }
        }
    }

    @Test("restarts are forgotten after a day, and those of a clock that was ahead at once")
    func record() {
        func identity(_ pid: Int32) -> RestartRecord.Identity { .init(pid: pid, startTicks: 5, boot: "b") }
        let noon = Date(timeIntervalSince1970: 1_795_262_400)
        let second = RestartRecord.Identity(pid: 2, startTicks: 6, boot: "b")
        let third = RestartRecord.Identity(pid: 2, startTicks: 6, boot: "c")
        var record = RestartRecord()
        let steps: [(RestartRecord.Identity, TimeInterval, isAnother: Bool, count: Int)] = [
            (identity(1), 0, false, 0), (identity(2), 3_600, true, 1), (identity(2), 7_200, false, 1),
            (second, 86_400, true, 2), (third, 90_001, true, 2), (third, 0, false, 0),
        ]
        for step in steps {
            let isAnother = record.note(step.0, at: noon.addingTimeInterval(step.1))
            #expect(isAnother == step.isAnother && record.restarts.count == step.count, "\(step)")
        }
    }

    @Test("a damaged record costs the count and nothing else", arguments: ["", "{", "[]", #"{"restarts":"x"}"#])
    func damaged(_ text: String) async throws {
        let trial = try Trial()
        try Data(text.utf8).write(to: URL(fileURLWithPath: trial.state.appending("process.json").string))
        let record = try await perform(try Child("/bin/sleep", "1000"), in: trial)
        #expect(record.outcome == .ok && record.measured("restarts_day") == 0)
    }

    @Test(
        "parameters that cannot be right are refused",
        arguments: ["sample: 1ms", "sample: 2m", "files_critical: 101%", "files_warning: 99%"])
    func refused(_ parameters: String) async throws {
        #expect(try await Trial().perform("{port: 1, \(parameters)}").outcome == .unknown)
    }
}
