import DurableFiles
import Foundation
import Glibc
import Maintenance
import PluginKit
import Reports
import RunStore
import Synchronization
import SystemPackage

@testable import Runner

/// A state folder of its own with plugins that are shell scripts; removed at the end.
final class Stage: Sendable {
    let root: FilePath
    var reports: ReportFolder { ReportFolder(root: settings.reportsFolder) }
    let settings: RunnerSettings

    /// A stage with a plugin for each shell script, which all lock the same.
    ///
    /// `say ok words` in a script is a result with its exit status.
    init(
        _ scripts: [String: String] = [:], locks: [LockTarget: LockMode] = [:], dryRun: Bool = false,
        keepsState: Bool = false,
        root: FilePath? = nil
    ) throws {
        let top = FilePath(NSTemporaryDirectory()).appending("ronde-runner-\(UUID().uuidString)")
        self.root = root ?? top
        var plugins: [String: PluginManifest] = [:]
        for (name, script) in scripts {
            let file = top.appending(name + ".sh")
            try Folder.create(top)
            try DurableFile.write(
                Array((Self.prelude + script + "\n").utf8), to: file, permissions: .ownerReadWriteExecute)
            plugins[name] = PluginManifest(
                name: name, summary: name, locks: locks, dryRun: dryRun, keepsState: keepsState,
                program: .executable(path: file.string, arguments: []))
        }
        settings = RunnerSettings(
            stateFolder: self.root.appending("state"), reportsFolder: self.root.appending("reports"),
            executable: Self.ronde, plugins: plugins, timeZone: .gmt, host: "test",
            environment: ["PATH": "/usr/bin:/bin", "STAGE": self.root.string], grace: .milliseconds(500))
        scriptsFolder = top
    }

    private let scriptsFolder: FilePath

    deinit {
        for folder in [scriptsFolder, root] {
            // What a failing test leaves behind is in the temporary folder.
            try? Folder.removeTree(folder)
        }
    }

    /// The `ronde` that was built beside these tests.
    static let ronde: FilePath = {
        // Where this cannot be read there is no /proc, and no test here can run.
        let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folders = [FilePath(CommandLine.arguments[0]), FilePath(own ?? "")].map { $0.removingLastComponent() }
        let paths = folders.map { $0.appending("ronde") }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0.string) } ?? paths[0]
    }()

    static let prelude = """
        #!/bin/sh
        read -r request
        say() {
            printf '{"type":"result","outcome":"%s","summary":"%s"}\\n' "$1" "$2"
            case $1 in ok|skipped|waiting) exit 0;; warning) exit 1;; critical) exit 2;; *) exit 3;; esac
        }

        """

    var store: RunStore { get throws { try RunStore(at: settings.storePath) } }

    func runner() throws -> ChecklistRunner { ChecklistRunner(settings: settings, store: try store) }

    func checklist(_ tasks: [TaskDefinition], name: String = "daily", timeLimit: Double = 60) -> Checklist {
        Checklist(
            name: name, title: "Daily", service: service, schedule: nil,
            timeLimit: TimeSpan(.seconds(timeLimit)), tasks: tasks, file: "daily.yaml")
    }

    var service: Service {
        Service(
            name: "api", title: "API", databases: ["main": DatabaseLocation(sqlite: root.appending("test.db").string)])
    }

    func file(_ name: String) -> String? {
        // A file that is not there yet says nothing.
        (try? DurableFile.read(root.appending(name), limit: 1 << 20)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether a file appears within a minute.
    func appears(_ name: String) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if file(name) != nil { return true }
            try await Task.sleep(for: .milliseconds(5))
        }
        return false
    }

    /// Whether no process has this folder in its environment, as soon as that is so, or after a minute.
    func isLeftByAll() async throws -> Bool {
        let mark = Data(root.string.utf8)
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            let isLeft = try FileManager.default.contentsOfDirectory(atPath: "/proc").contains { name in
                guard pid_t(name) != nil, pid_t(name) != getpid() else { return false }
                return FileManager.default.contents(atPath: "/proc/\(name)/environ")?.range(of: mark) != nil
            }
            if !isLeft { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return false
    }
}

extension TaskDefinition {
    /// A task whose plugin has its name.
    static func of(
        _ name: String, plugin: String? = nil, needs: [String] = [], timeLimit: Double = 30,
        retry: RetryPolicy = .once
    ) -> TaskDefinition {
        TaskDefinition(
            name: name, title: name, plugin: plugin ?? name, with: .object([:]), needs: needs,
            timeLimit: TimeSpan(.seconds(timeLimit)), retry: retry)
    }
}

/// Keeps what a run says, in order.
final class Notes: RunObserver {
    private let lines = Mutex<[String]>([])
    var all: [String] { lines.withLock { $0 } }

    func observe(_ event: RunEvent) {
        let line =
            switch event {
            case .began(let report): "began \(report.checklist)"
            case .waitingForLock(let task, _): "waits \(task.name)"
            case .taskBegan(let task, let attempt): "task \(task.name) \(attempt)"
            case .taskSaid(_, .progress(_, let message)): "said \(message)"
            case .taskSaid(_, .result(let result)): "result \(result.outcome.rawValue)"
            case .taskSaid: "said something"
            case .retrying(let task, _, _): "retry \(task.name)"
            case .taskEnded(let report): "ended \(report.task) \(report.outcome.rawValue)"
            case .waits(let report): "waits \(report.outcome.rawValue)"
            case .ended(let report, _): "over \(report.outcome.rawValue)"
            }
        lines.withLock { $0.append(line) }
    }
}
