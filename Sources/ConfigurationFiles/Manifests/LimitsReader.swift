import Glibc
import Maintenance
import Supervision
import YAMLDocument

/// Reads what a plugin's program may use: `memory`, `cpu_time` and, in manifests, `user`.
enum LimitsReader {
    /// With less, no program begins.
    private static let leastMemory = ByteSize(bytes: 8 << 20)

    static let keys = ["memory", "cpu_time"]

    /// The limits in a manifest.
    static func read(_ map: MappingReader) -> ProgramLimits {
        var limits = read(map, over: .none)
        limits.user = map.optional("user")?.value(user)
        return limits
    }

    /// The limits of a task, which come before those of its plugin.
    static func read(_ map: MappingReader, over standard: ProgramLimits) -> ProgramLimits {
        var limits = standard
        if let memory = map.optional("memory")?.value(memory) { limits.memory = memory }
        if let time = map.optional("cpu_time")?.positiveTimeSpan() { limits.processorTime = time }
        return limits
    }

    /// Refuses limits where the work is done by a part of Ronde, which sets its own.
    static func refuse(_ map: MappingReader, of plugin: PluginManifest?) {
        guard let plugin, plugin.program == .compiledIn else { return }
        for key in keys + ["user"] where map.isGiven(key) {
            map.optional(key)?.mistake(
                "the plugin '\(plugin.name)' is a part of Ronde; '\(key)' is for plugins with a 'command' of their own")
        }
    }

    private static func memory(_ text: String) throws -> ByteSize {
        let size = try ByteSize(parsing: text)
        guard size >= leastMemory else {
            throw ValueFault("\(excerpt(text)) is too little for any program to begin; give 8MiB or more")
        }
        return size
    }

    private static func user(_ name: String) throws -> String {
        guard geteuid() == 0 else {
            throw ValueFault("only root can run a program as \(excerpt(name)); remove 'user', or run ronde as root")
        }
        guard name.utf8.count <= 256, ProgramUser(named: name) != nil else {
            throw ValueFault("there is no user \(excerpt(name)) on this machine")
        }
        return name
    }
}
