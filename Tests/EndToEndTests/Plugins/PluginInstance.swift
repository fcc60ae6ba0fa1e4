import Foundation
import Glibc

/// An instance with plugins of its own, which are written by the test.
final class PluginInstance: Sendable {
    let instance: TestInstance
    var folder: String { instance.folder }

    init() async throws {
        instance = try await TestInstance(users: nil)
        try instance.write(
            """
            timezone: UTC
            folders: {schedules: schedules, plugins: [plugins], state: state, reports: reports}
            services: {api: {url: http://127.0.0.1:9}}
            """, to: "ronde.yaml")
        try FileManager.default.removeItem(atPath: folder + "/schedules")
        for name in ["schedules", "plugins"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        // Whatever umask the tests run under, nobody else may write where plugins are.
        for path in [folder, folder + "/plugins"] { chmod(path, 0o755) }
    }

    deinit { instance.remove() }

    /// Writes a plugin: its manifest, and its program `run` where there is one.
    @discardableResult
    func plugin(_ name: String, _ manifest: String, program: String? = nil) throws -> String {
        let path = "\(folder)/plugins/\(name)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        chmod(path, 0o755)
        try instance.write(
            "name: \(name)\nsummary: A plugin of a test\n\(manifest)\n", to: "plugins/\(name)/plugin.yaml")
        chmod(path + "/plugin.yaml", 0o644)
        if let program {
            try instance.write(program + "\n", to: "plugins/\(name)/text")
            chmod(path + "/text", 0o755)
            // By another process: a child that begins while this one has the file open for writing would keep it busy.
            let copy = Process()
            copy.executableURL = URL(filePath: "/bin/cp")
            copy.arguments = ["-p", path + "/text", path + "/run"]
            try copy.run()
            copy.waitUntilExit()
        }
        return path
    }

    func ronde(_ arguments: String...) async throws -> Program.Ending { try await instance.start(arguments).wait() }

    /// One task of a plugin, as `ronde plugins run --json` tells of it.
    func run(_ name: String, with values: [String] = []) async throws -> (ending: Program.Ending, task: [String: Any]) {
        let words = ["plugins", "run", name, "--json"] + values.flatMap { ["--with", $0] }
        let ending = try await instance.start(words).wait()
        let record = try? JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [String: Any]
        return (ending, record ?? [:])
    }
}

extension [String: Any] {
    var summary: String { self["summary"] as? String ?? "" }
    var measurements: [[String: Any]] { self["measurements"] as? [[String: Any]] ?? [] }
    var logMessages: [String] { (self["log"] as? [[String: Any]] ?? []).compactMap { $0["message"] as? String } }
}
