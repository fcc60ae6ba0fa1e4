package import Maintenance
package import Runner
package import SystemPackage

/// A plugin that is to be checked, and what it is started with.
package struct Subject: Sendable {
    package var manifest: PluginManifest
    /// The plugin's own folder.
    package var folder: FilePath
    package var service: Service
    /// The parameters, with defaults filled in: an object.
    package var with: JSONValue
    /// The `ronde` that is the plugins of this build.
    package var ronde: FilePath
    package var supervisor: SupervisorProgram
    package var environment: [String: String]
    /// How long it may take to end after SIGTERM.
    package var grace: Duration
    /// How long it may work without a word of progress.
    package var longestSilence: Duration

    package init(
        manifest: PluginManifest, folder: FilePath, service: Service, with: JSONValue, ronde: FilePath,
        environment: [String: String], grace: Duration = .seconds(10),
        longestSilence: Duration = .seconds(5)
    ) {
        self.manifest = manifest
        self.folder = folder
        self.service = service
        self.with = with
        self.ronde = ronde
        supervisor = SupervisorProgram(of: ronde)
        self.environment = environment
        self.grace = grace
        self.longestSilence = longestSilence
    }
}
