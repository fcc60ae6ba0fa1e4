import Foundation
import Maintenance
import SystemPackage
import YAMLDocument

/// Reads a `plugin.yaml`.
struct ManifestReader {
    let file: FilePath
    /// The names of the plugins of this build.
    let compiledIn: Set<String>
    /// The names of the plugins found so far.
    let known: Set<String>

    static let keys: Set = [
        "name", "summary", "requires", "locks", "time_limit", "dry_run", "state", "nice", "memory", "cpu_time", "user",
        "parameters", "kind", "command",
    ]

    /// Reads the manifest that was embedded in this build.
    static func readCompiledIn(name: String, bytes: [UInt8], into mistakes: MistakeCollector) -> PluginManifest? {
        let label = "plugins/\(name)/\(YAMLFiles.manifestName)"
        do throws(YAMLMistake) {
            let root = ValueReader(try YAMLDocument.parse(bytes: bytes, file: label), mistakes)
            let reader = ManifestReader(file: FilePath(label), compiledIn: [name], known: [])
            return reader.read(root)
        } catch {
            mistakes.add(error)
            return nil
        }
    }

    /// The manifest, or nil where there was any mistake: without a faulty parameter, say, it would refuse good tasks.
    func read(_ root: ValueReader) -> PluginManifest? {
        let before = root.mistakes.total
        let manifest = root.mapping(read)
        return root.mistakes.total == before ? manifest : nil
    }

    private func read(_ map: MappingReader) -> PluginManifest? {
        let nameReader = map.required("name")
        let name = nameReader?.name(of: "plugin")
        let summary = map.required("summary")?.title()
        let requires = map.optional("requires")?.list { $0.choice(ServiceFact.self) } ?? []
        let locks = map.optional("locks")?.entries { key, value -> (LockTarget, LockMode)? in
            let target = key.choice(LockTarget.self)
            guard let mode = value.choice(LockMode.self), let target else { return nil }
            return (target, mode)
        }
        let timeLimit = map.optional("time_limit")?.positiveTimeSpan()
        let dryRun = map.optional("dry_run")?.boolean() ?? false
        let keepsState = map.optional("state")?.boolean() ?? false
        let nice = map.optional("nice")?.integer(in: TaskLoad.niceness)
        let limits = LimitsReader.read(map)
        let parametersReader = map.optional("parameters")
        let parameters = parametersReader?.entries(ParameterReader.read)
        let isWhole = parametersReader.map { $0.node.entryCount == parameters?.count } ?? !map.isGiven("parameters")
        let program = ProgramReader(file: file, compiledIn: compiledIn, known: known)
            .read(map, name, nameReader, parameters: isWhole ? (parameters ?? []).map(\.value) : nil)
        guard let name, let summary, let program else { return nil }
        let manifest = PluginManifest(
            name: name, summary: summary, parameters: (parameters ?? []).map(\.value), requires: requires,
            locks: Dictionary((locks ?? []).map(\.value), uniquingKeysWith: { first, _ in first }),
            timeLimit: timeLimit ?? TimeSpan(.seconds(300)), dryRun: dryRun, keepsState: keepsState,
            nice: nice ?? 0, limits: limits, program: program)
        LimitsReader.refuse(map, of: manifest)
        refuseState(map, of: manifest)
        return manifest
    }

    private func refuseState(_ map: MappingReader, of manifest: PluginManifest) {
        guard manifest.keepsState, let reader = map.optional("state") else { return }
        if manifest.isCheck {
            reader.mistake("a check of the Monitoring Plugins is told of no folder; remove 'state'")
        } else if manifest.limits.user != nil {
            reader.mistake("another user may not go into Ronde's state folder; remove 'state' or 'user'")
        }
    }
}

extension YAMLNode {
    /// How many entries a mapping has; nil for anything else.
    fileprivate var entryCount: Int? {
        if case .mapping(let entries) = kind { entries.count } else { nil }
    }
}
