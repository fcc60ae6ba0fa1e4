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
        "name", "summary", "requires", "locks", "time_limit", "dry_run", "state", "nice", "parameters", "command",
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
        let parameters = map.optional("parameters")?.entries(ParameterReader.read)
        let program = program(map, name, nameReader)
        guard let name, let summary, let program else { return nil }
        return PluginManifest(
            name: name, summary: summary, parameters: (parameters ?? []).map(\.value), requires: requires,
            locks: Dictionary((locks ?? []).map(\.value), uniquingKeysWith: { first, _ in first }),
            timeLimit: timeLimit ?? TimeSpan(.seconds(300)), dryRun: dryRun, keepsState: keepsState,
            nice: nice ?? 0, program: program)
    }

    /// Where the code is; nil, with a mistake on record, where nobody can tell or where it cannot be trusted.
    private func program(_ map: MappingReader, _ name: String?, _ nameReader: ValueReader?) -> PluginProgram? {
        let commandReader = map.optional("command")
        let command = commandReader?.list(count: 1...100) { reader in (reader, reader.text()) }
        guard let name, let nameReader else { return nil }
        guard commandReader != nil else {
            if map.isGiven("command") || map.isMistyped("command", known: Self.keys) { return nil }
            if compiledIn.contains(name) { return .compiledIn }
            nameReader.mistake(
                "the plugin '\(name)' is not part of this build, so it needs a 'command:', such as [./run.py]",
                suggestion: Suggestion.didYouMean(name, among: compiledIn.sorted()))
            return nil
        }
        if compiledIn.contains(name) || known.contains(name) {
            nameReader.mistake("there is a plugin '\(name)' already; give this one another name")
            return nil
        }
        let words = (command ?? []).compactMap(\.1)
        guard let command, words.count == command.count, let (firstReader, _) = command.first else { return nil }
        guard let path = firstReader.path(from: file.removingLastComponent()) else { return nil }
        if let fault = ProgramTrust.fault(ofFile: file) {
            map.whole.mistake(fault)
        } else if let fault = ProgramTrust.fault(ofProgram: path, written: words[0]) {
            firstReader.mistake(fault)
        } else {
            return .executable(path: path.string, arguments: Array(words.dropFirst()))
        }
        return nil
    }
}
