import ConfigurationFiles
import DatabasePluginTesting
import DurableFiles
import Foundation
import Maintenance
import PluginKit
import ProcFS
import Synchronization
import SystemPackage

@testable import HostPlugin

/// A machine that is as a test says, on which the plugin runs again and again.
final class Machine {
    private let trial: PluginTrial<HostPlugin>
    var sources: HostSources
    var folder: FilePath { trial.folder }
    var state: FilePath { trial.state }

    init() throws {
        trial = try PluginTrial()
        let root = trial.folder.appending("proc")
        sources = HostSources(
            proc: ProcFS(root: root), groups: trial.folder.appending("cg"),
            rebootRequired: trial.folder.appending("reboot-required"), processors: 4,
            kernelClock: { KernelClock(isSynchronised: true, largestError: 0.02) }, pause: .zero)
        try write("proc/loadavg", "0.40 0.80 1.20 1/100 999\n")
        try write("proc/meminfo", "MemTotal: 16000000 kB\nMemAvailable: 8000000 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n")
        try write("proc/uptime", "864000.00 1.00\n")
        try write("proc/sys/kernel/random/boot_id", "0001\n")
    }

    func write(_ path: String, _ text: String) throws {
        let file = trial.folder.appending(path)
        try Folder.create(Folder.parent(of: file), isDurable: false)
        try Data(text.utf8).write(to: URL(fileURLWithPath: file.string))
    }

    func remove(_ path: String) throws { try Folder.removeTree(trial.folder.appending(path)) }

    func run(
        _ parameters: String = "", isDryRun: Bool = false
    ) async throws -> (result: TaskResult, events: [PluginEvent]) {
        let read = ParameterReading.read(parameters, of: try PluginTrial<HostPlugin>.manifest())
        guard let with = read.value else {
            throw TrialError(description: read.mistakes.map { "\($0)" }.joined(separator: "; "))
        }
        let bytes = try RecordCoding.encoder().encode(with)
        let configuration = try RecordCoding.decoder().decode(HostConfiguration.self, from: bytes)
        let request = PluginRequest(
            run: "r", task: "t", attempt: 1, plugin: "host", service: Service(name: "api", title: "API"), with: with,
            dryRun: isDryRun, nominalTime: Date(), deadline: Date(timeIntervalSinceNow: 60),
            scratch: trial.scratch.string, state: trial.state.string)
        let events = Mutex<[PluginEvent]>([])
        let context = TaskContext(request) { event in events.withLock { $0.append(event) } }
        let result = try await HostPlugin(configuration, sources).run(in: context)
        return (result, events.withLock { $0 })
    }
}

func measured(_ name: String, _ events: [PluginEvent]) -> TaskMeasurement? {
    for case .measurement(let found) in events where found.name == name { return found }
    return nil
}
