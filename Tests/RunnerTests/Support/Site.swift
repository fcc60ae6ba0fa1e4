import DurableFiles
import Foundation
import Glibc
import Maintenance
import SystemPackage

/// A whole instance on disk, run by the `ronde` that was built: for what can only be seen from outside, such as SIGKILL.
final class Site: Sendable {
    let stage: Stage
    var root: FilePath { stage.root }

    /// An instance whose plugin `work` does `script`, with `locks` as in its manifest.
    init(_ script: String, locks: String = "{}") throws {
        stage = try Stage()
        try Folder.create(root)
        try write(
            "ronde.yaml",
            """
            timezone: UTC
            folders: {schedules: schedules, plugins: [plugins], state: state, reports: reports}
            services:
              api: {title: API, databases: {main: {sqlite: test.db}}}
            """)
        try write(
            "schedules/daily.yaml",
            """
            checklist: daily
            title: Daily
            service: api
            schedule: {cron: "0 2 * * *"}
            tasks:
              - {task: first, plugin: quick}
              - {task: second, plugin: work}
            """)
        try plugin("quick", "say ok fine", locks: "{}")
        try plugin("work", script, locks: locks)
    }

    private func plugin(_ name: String, _ script: String, locks: String) throws {
        let lines = "name: \(name)\nsummary: A test\nlocks: \(locks)\ncommand: [./run.sh]\n"
        try write("plugins/\(name)/plugin.yaml", lines)
        try write(
            "plugins/\(name)/run.sh", Stage.prelude + "STAGE=\(root); export STAGE\n" + script + "\n",
            .ownerReadWriteExecute)
    }

    private func write(_ name: String, _ text: String, _ permissions: FilePermissions = .ownerReadWrite) throws {
        let path = root.appending(name)
        try Folder.create(Folder.parent(of: path))
        try DurableFile.write(Array((text + "\n").utf8), to: path, permissions: permissions)
    }

    /// Starts `ronde` with these arguments in this instance.
    func start(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: Stage.ronde.string)
        process.arguments = arguments + ["--config", root.appending("ronde.yaml").string]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": root.string]
        try process.run()
        return process
    }

    /// Waits for the end, without blocking the threads that tests share.
    func status(of process: Process) async throws -> Int32 {
        while process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
        return process.terminationStatus
    }
}
