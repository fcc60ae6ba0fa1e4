import Glibc
import PluginKit
import Supervision

/// The processes that Ronde starts of itself, some for each task.
///
/// They are found before the arguments are read as a person's: making all that `ronde --help` knows takes longer than
/// many a task.
enum OwnProcesses {
    /// Be the process that these arguments name, to its end.
    ///
    /// - Returns: its exit status; nil where they are a person's arguments.
    static func run(_ arguments: [String]) async -> Int32? {
        switch arguments.first {
        case "plugin": await plugin(arguments.dropFirst().first ?? "")
        case "supervise": supervise(Array(arguments.dropFirst()))
        default: nil
        }
    }

    /// The process of a compiled-in plugin.
    private static func plugin(_ name: String) async -> Int32 {
        guard let plugin = CompiledInPlugins.all.first(where: { $0.name == name }) else {
            Terminal.say("ronde: there is no compiled-in plugin '\(name)'; people use 'ronde plugins'")
            return 64
        }
        return await PluginHost.serve(plugin)
    }

    /// The work of `ronde-supervisor`, where only this program was installed.
    private static func supervise(_ arguments: [String]) -> Int32 {
        do throws(SupervisorFailure) {
            return try SupervisorOrder(arguments: arguments).carryOut()
        } catch {
            Terminal.say("ronde: \(error)")
            return error.status
        }
    }
}
