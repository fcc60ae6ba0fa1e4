package import Foundation
package import Maintenance
package import SystemPackage

/// What a runner must know of the instance and the machine it runs on.
package struct RunnerSettings: Sendable {
    /// Holds the run store, locks and scratch folders.
    package var stateFolder: FilePath
    package var reportsFolder: FilePath
    /// The `ronde` executable, which is started again to be the compiled-in plugins.
    package var executable: FilePath
    package var supervisor: SupervisorProgram
    /// By name.
    package var plugins: [String: PluginManifest]
    package var timeZone: TimeZone
    package var host: String
    /// The whole environment of plugin processes.
    package var environment: [String: String]
    /// How long a plugin may take to end after SIGTERM.
    package var grace: Duration

    package init(
        stateFolder: FilePath, reportsFolder: FilePath, executable: FilePath, plugins: [String: PluginManifest],
        timeZone: TimeZone, host: String, environment: [String: String], grace: Duration = .seconds(10)
    ) {
        self.stateFolder = stateFolder
        self.reportsFolder = reportsFolder
        self.executable = executable
        self.supervisor = SupervisorProgram(of: executable)
        self.plugins = plugins
        self.timeZone = timeZone
        self.host = host
        self.environment = environment
        self.grace = grace
    }

    package var storePath: FilePath { stateFolder.appending("runs.db") }
    var locksFolder: FilePath { stateFolder.appending("locks") }
    /// The lock file by which tasks on the database at a path exclude each other; see ``WorkLock`` for the other half.
    ///
    /// - Throws: `DigestError` when libcrypto fails.
    package func databaseLock(_ path: FilePath) throws -> FilePath {
        locksFolder.appending(try LockName.database(path: path.string, name: "", service: "").fileName)
    }
    /// What a task keeps from run to run.
    func stateFolder(of task: String, in checklist: String) -> FilePath {
        stateFolder.appending("tasks").appending(checklist).appending(task)
    }
    package var scratchFolder: FilePath { stateFolder.appending("scratch") }
}
