import ArgumentParser
import CLinux
import ConfigurationFiles
import Foundation
import Glibc
import Maintenance
import RunStore
import Runner
import SystemPackage

/// `--config`, and what follows from it.
struct InstanceOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The ronde.yaml to use.", valueName: "path"))
    var config: String?

    static var workingFolder: FilePath { FilePath(FileManager.default.currentDirectoryPath) }

    static var loader: ConfigurationLoader {
        ConfigurationLoader(compiledIn: CompiledInPlugins.manifests, workingFolder: workingFolder)
    }

    /// The configuration file that is named, or found; nil where there is none to find.
    func file() throws -> FilePath? {
        guard let config else { return ConfigurationLocator.find(from: Self.workingFolder) }
        let path = ConfigurationLocator.absolute(config, from: Self.workingFolder)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path.string, isDirectory: &isFolder) else {
            throw CommandFailure.configuration("there is no '\(config)'; name a ronde.yaml with --config")
        }
        return isFolder.boolValue ? path.appending(ConfigurationLocator.fileName) : path
    }

    /// The plugins of the instance; where there is no instance and none was named, those of this build.
    func plugins() throws -> [String: PluginManifest] {
        try config == nil && file() == nil ? Self.loader.compiledInPlugins() : instance().plugins
    }

    /// The instance, free of mistakes; else they are printed and the command ends with 78.
    func instance() throws -> Instance {
        guard let file = try file() else {
            throw CommandFailure.configuration(
                "there is no ronde.yaml here, above, or in /etc/ronde; go to its folder, or name one with --config")
        }
        switch Self.loader.load(file) {
        case .instance(let instance): return instance
        case .mistakes(let mistakes):
            for mistake in mistakes { Terminal.say("\(mistake)") }
            let count = mistakes.count == 1 ? "1 mistake" : "\(mistakes.count) mistakes"
            throw CommandFailure.configuration("\(count) in the configuration: nothing was run")
        }
    }
}

extension Instance {
    /// What a runner of this instance needs, on this machine.
    func runnerSettings() -> RunnerSettings {
        RunnerSettings(
            stateFolder: folders.state, reportsFolder: folders.reports, executable: Machine.executable,
            plugins: plugins, timeZone: timeZone, host: Machine.hostName, environment: Machine.pluginEnvironment)
    }

    /// The checklist with this name.
    ///
    /// - Throws: ``CommandFailure`` that names the checklists there are.
    func checklist(orFail name: String) throws -> Checklist {
        if let checklist = checklist(named: name) { return checklist }
        let known = checklists.map(\.name).joined(separator: ", ")
        throw CommandFailure.usage("there is no checklist '\(name)'; there are: \(known.isEmpty ? "none" : known)")
    }
}

extension RunStore {
    /// The store of an instance.
    ///
    /// - Throws: ``CommandFailure`` where it cannot be opened.
    static func open(_ settings: RunnerSettings) throws -> RunStore {
        do {
            return try RunStore(at: settings.storePath)
        } catch {
            throw CommandFailure.io("\(error)")
        }
    }
}

/// What this process knows of the machine it runs on.
enum Machine {
    /// This executable, which is started again for compiled-in plugins.
    ///
    /// Found out once: after an upgrade the system says `(deleted)` behind the path of a daemon that still runs.
    static let executable: FilePath = {
        // `/proc/self/exe` names the file even where the process was started through PATH or a link.
        let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return FilePath(path ?? CommandLine.arguments[0])
    }()

    /// The account that started this process; behind `sudo` that of the person, who alone is worth naming.
    static var account: String {
        if geteuid() == 0, let name = ProcessInfo.processInfo.environment["SUDO_USER"], !name.isEmpty { return name }
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return "user \(getuid())" }
        return String(cString: name)
    }

    static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Gives back what was needed for a moment, as to read ten thousand files; for processes that stay.
    static func giveMemoryBack() { _ = malloc_trim(0) }

    /// The little that plugins inherit; secrets in the environment of `ronde` stay there.
    static var pluginEnvironment: [String: String] {
        let own = ProcessInfo.processInfo.environment
        var environment = ["PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"]
        for name in ["HOME", "TZ", "TMPDIR", "SQLITE_TMPDIR", "LD_LIBRARY_PATH", "USER", "LOGNAME"] {
            environment[name] = own[name]
        }
        return environment
    }
}
