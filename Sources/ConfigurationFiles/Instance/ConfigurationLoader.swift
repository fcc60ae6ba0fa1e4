package import Foundation
package import Maintenance
package import SystemPackage
package import YAMLDocument

/// Reads an instance: `ronde.yaml`, the manifests of its plugins, and its checklists, with all their mistakes at once.
package struct ConfigurationLoader: Sendable {
    private let compiledIn: [String: [UInt8]]
    private let workingFolder: FilePath
    private let now: Date

    /// - Parameters:
    ///   - compiledIn: the manifests of the plugins that are part of this build, by plugin name: the bytes of each
    ///     `plugin.yaml`.
    ///   - workingFolder: where messages take relative file names from, absolute.
    ///   - now: the instant after which every schedule must still fire.
    package init(compiledIn: [String: [UInt8]], workingFolder: FilePath, now: Date = Date()) {
        self.compiledIn = compiledIn
        self.workingFolder = workingFolder
        self.now = now
    }

    /// What a reading came to.
    package enum Result: Sendable {
        case instance(Instance)
        /// At least one, by file, line and column.
        case mistakes([YAMLMistake])
    }

    /// Reads the whole instance.
    package func load(_ file: FilePath) -> Result {
        let mistakes = MistakeCollector()
        var assembly = assembly(mistakes)
        let whole = assembly.instance(ConfigurationLocator.absolute(file.string, from: workingFolder))
        if mistakes.isEmpty, let whole { return .instance(whole.instance) }
        return .mistakes(Self.all(mistakes))
    }

    /// Reads the whole instance, and returns what can be known of it in spite of mistakes, for those who only look.
    package func look(at file: FilePath) -> (instance: Instance?, mistakes: [YAMLMistake]) {
        let mistakes = MistakeCollector()
        var assembly = assembly(mistakes)
        let whole = assembly.instance(ConfigurationLocator.absolute(file.string, from: workingFolder))
        return (whole?.instance, Self.all(mistakes))
    }

    /// Reads the instance at `file` and further files that need not be part of it, and returns every mistake.
    ///
    /// Messages call the further files what they are called here.
    ///
    /// A further file is taken for what its keys say it is: a checklist, a plugin manifest or another instance. Of a
    /// folder its `ronde.yaml` is read, or else the checklists in it. A file that was read already is not read again.
    package func check(_ file: FilePath?, and others: [FilePath]) -> [YAMLMistake] {
        let mistakes = MistakeCollector()
        var assembly = assembly(mistakes)
        let whole = file.flatMap {
            assembly.instance(ConfigurationLocator.absolute($0.string, from: workingFolder))
        }
        for other in others {
            let path = ConfigurationLocator.absolute(other.string, from: workingFolder)
            assembly.spell(path, as: other)
            for file in files(at: path) where !assembly.visited.contains(file.string) {
                check(file, within: whole, &assembly)
            }
        }
        return Self.all(mistakes)
    }

    /// The plugin in a folder, by itself; nil with the mistakes of its manifest.
    package func plugin(in folder: FilePath) -> (manifest: PluginManifest?, mistakes: [YAMLMistake]) {
        let mistakes = MistakeCollector()
        var assembly = assembly(mistakes)
        let path = ConfigurationLocator.absolute(folder.string, from: workingFolder)
        let file = path.appending(YAMLFiles.manifestName)
        let manifest = assembly.open(file).flatMap {
            ManifestReader(file: file, compiledIn: Set(compiledIn.keys), known: []).read($0)
        }
        return (manifest, Self.all(mistakes))
    }

    /// The plugins of this build, by name; one whose embedded manifest is faulty is left out.
    package func compiledInPlugins() -> [String: PluginManifest] {
        assembly(MistakeCollector()).compiledInPlugins().values
    }

    // MARK: Parts

    private func assembly(_ mistakes: MistakeCollector) -> InstanceAssembly {
        InstanceAssembly(compiledIn: compiledIn, workingFolder: workingFolder, now: now, mistakes: mistakes)
    }

    /// The mistakes, and how many more there were than are kept.
    private static func all(_ mistakes: MistakeCollector) -> [YAMLMistake] {
        let kept = mistakes.mistakes
        guard mistakes.omitted > 0, let last = kept.last else { return kept }
        return kept + [YAMLMistake(at: last.position, "there are \(mistakes.omitted) more mistakes, not shown")]
    }

    private func files(at path: FilePath) -> [FilePath] {
        // What is no readable folder is taken for a file, whose reading says what is wrong.
        guard let checklists = try? YAMLFiles.checklists(in: path) else { return [path] }
        let instance = path.appending(ConfigurationLocator.fileName)
        return checklists.contains(instance) ? [instance] : checklists
    }

    private func check(_ file: FilePath, within whole: InstanceAssembly.Whole?, _ assembly: inout InstanceAssembly) {
        guard file.lastComponent?.string != ConfigurationLocator.fileName else {
            _ = assembly.instance(file)
            return
        }
        guard let root = assembly.open(file) else { return }
        switch FileSort(of: root.node, file) {
        case .instance:
            _ = assembly.instance(file)
        case .checklist:
            let folder = file.removingLastComponent().lastComponent?.string
            _ = assembly.checklist(
                root, file, within: whole, isProcedure: folder == YAMLFiles.proceduresName)
        case .manifest:
            _ = ManifestReader(file: file, compiledIn: Set(compiledIn.keys), known: []).read(root)
        case nil:
            root.mistake(
                "this is neither a checklist (with 'checklist:' and 'tasks:'), nor a plugin's manifest (with 'name:' "
                    + "and 'summary:'), nor an instance (with 'services:')")
        }
    }
}

/// What a file seems to be.
private enum FileSort: CaseIterable {
    case checklist, manifest, instance

    private var keys: Set<String> {
        switch self {
        case .checklist: ChecklistReader.keys
        case .manifest: ManifestReader.keys
        case .instance: InstanceReader.keys
        }
    }

    /// By name, then by the keys that are known in such a file, then by the folder.
    init?(of node: YAMLNode, _ file: FilePath) {
        if file.lastComponent?.string == YAMLFiles.manifestName {
            self = .manifest
            return
        }
        let counts = Self.allCases.map { sort in sort.keys.count { node[$0] != nil } }
        if let most = counts.max(), most > 0, let index = counts.firstIndex(of: most) {
            self = Self.allCases[index]
            return
        }
        let folder = file.removingLastComponent().lastComponent?.string
        guard ["schedules", YAMLFiles.proceduresName].contains(folder) else { return nil }
        self = .checklist
    }
}
