import Foundation
import Maintenance
import SystemPackage
import YAMLDocument

/// Reads `ronde.yaml` and the files it names, in an order that is always the same, and notes which files were read.
struct InstanceAssembly {
    /// The bytes of the `plugin.yaml` of each plugin of this build.
    let compiledIn: [String: [UInt8]]
    let workingFolder: FilePath
    /// The instant after which schedules must still fire.
    let now: Date
    let mistakes: MistakeCollector
    private(set) var visited: Set<String> = []
    private var spellings: [(absolute: FilePath, written: FilePath)] = []

    init(compiledIn: [String: [UInt8]], workingFolder: FilePath, now: Date, mistakes: MistakeCollector) {
        self.compiledIn = compiledIn
        self.workingFolder = workingFolder
        self.now = now
        self.mistakes = mistakes
    }

    /// An instance, and all names known in it.
    struct Whole {
        var instance: Instance
        var services: Known<KnownService>
        var plugins: Known<PluginManifest>
    }

    /// What messages call a file: as the user wrote it where the user named it, or a folder above it.
    func name(_ path: FilePath) -> String {
        for (absolute, written) in spellings where path.starts(with: absolute) {
            var rest = path
            guard rest.removePrefix(absolute) else { continue }
            return rest.isEmpty ? written.string : written.appending(rest.components).string
        }
        return ConfigurationLocator.shortName(path, from: workingFolder)
    }

    /// Remembers how the user wrote a path.
    mutating func spell(_ absolute: FilePath, as written: FilePath) { spellings.append((absolute, written)) }

    /// A reader of a file that was not read before; nil, with a mistake on record, where it has no tree.
    mutating func open(_ file: FilePath) -> ValueReader? {
        visited.insert(file.string)
        return mistakes.read(path: file.string, name: name(file))
    }

    /// The instance; nil where there is no file that could be one.
    mutating func instance(_ file: FilePath) -> Whole? {
        let root = open(file)
        guard root != nil || FileManager.default.fileExists(atPath: file.string) else { return nil }
        let reading = root?.mapping { InstanceReader(file: file, now: now).read($0) } ?? .unknown(file)
        let plugins = plugins(of: reading)
        var whole = Whole(instance: reading.instance, services: reading.services, plugins: plugins)
        whole.instance.plugins = plugins.values
        whole.instance.checklists = checklists(of: whole, reading)
        if mistakes.isEmpty { reading.notifications.check(against: whole.instance.checklists) }
        let calendars = whole.instance.checklists.flatMap { $0.schedule?.notDuring?.calendarFiles ?? [] }
        whole.instance.files = visited.union(calendars).sorted().map { FilePath($0) }
        return whole
    }

    // MARK: Plugins

    /// The plugins of this build.
    func compiledInPlugins() -> Known<PluginManifest> {
        var plugins = Known<PluginManifest>("plugin")
        for (name, bytes) in compiledIn.sorted(by: { $0.key < $1.key }) {
            plugins.add(name, ManifestReader.readCompiledIn(name: name, bytes: bytes, into: mistakes))
        }
        return plugins
    }

    private mutating func plugins(of reading: InstanceReading) -> Known<PluginManifest> {
        var plugins = compiledInPlugins()
        plugins.isComplete = !reading.guessesPlugins
        for (index, folder) in reading.instance.folders.plugins.enumerated() {
            let reader = index < reading.pluginReaders.count ? reading.pluginReaders[index] : nil
            do throws(YAMLFiles.FolderFault) {
                for file in try YAMLFiles.manifests(in: folder) { add(file, to: &plugins) }
            } catch {
                // Without the folder there are only the plugins of this build, and a task that wants another says so.
                if error == .missing { continue }
                plugins.isComplete = false
                let message = "the folder of plugins '\(name(folder))' \(error.sentence)"
                reader?.mistake(message) ?? mistakes.add(YAMLMistake(at: start(of: reading.instance.file), message))
            }
        }
        return plugins
    }

    private mutating func add(_ file: FilePath, to plugins: inout Known<PluginManifest>) {
        guard !visited.contains(file.string) else { return }  // its folder is named twice
        let folderName = file.removingLastComponent().lastComponent?.string ?? ""
        guard let root = open(file) else {
            // By custom the folder has the plugin's name. A plugin of this build is there even so.
            if plugins.values[folderName] == nil { plugins.add(folderName, nil) }
            return
        }
        let reader = ManifestReader(file: file, compiledIn: Set(compiledIn.keys), known: Set(plugins.values.keys))
        let manifest = reader.read(root)
        if let manifest {
            if manifest.program != .compiledIn { plugins.add(manifest.name, manifest) }
        } else {
            for name in [root.node["name"]?.plainText ?? folderName, folderName] where plugins.values[name] == nil {
                plugins.add(name, nil)
            }
        }
    }

    // MARK: Checklists

    private mutating func checklists(of whole: Whole, _ reading: InstanceReading) -> [Checklist] {
        let folder = reading.instance.folders.schedules
        var first: [String: SourcePosition] = [:]
        var checklists: [Checklist] = []
        for (file, isProcedure) in checklistFiles(in: folder, reading) {
            guard let found = checklist(file, within: whole, isProcedure: isProcedure) else { continue }
            if let name = found.name {
                if let place = first[name.text] {
                    name.reader.mistake(
                        "a checklist '\(name.text)' is there already, at \(place); give one of them another name")
                } else {
                    first[name.text] = name.reader.node.position
                }
            }
            if let checklist = found.checklist { checklists.append(checklist) }
        }
        return checklists
    }

    /// The checklists, then the procedures.
    private func checklistFiles(
        in folder: FilePath, _ reading: InstanceReading
    ) -> [(file: FilePath, isProcedure: Bool)] {
        var files: [(file: FilePath, isProcedure: Bool)] = []
        do throws(YAMLFiles.FolderFault) {
            files = try YAMLFiles.checklists(in: folder).map { ($0, false) }
        } catch {
            if reading.guessesSchedules, error == .missing { return [] }
            report(
                "the folder of schedules '\(name(folder))' \(error.sentence); make it, or name another below 'folders:'",
                reading)
            return []
        }
        let procedures = folder.appending(YAMLFiles.proceduresName)
        do throws(YAMLFiles.FolderFault) {
            files += try YAMLFiles.checklists(in: procedures).map { ($0, true) }
        } catch {
            if error == .missing { return files }
            report("the folder of procedures '\(name(procedures))' \(error.sentence)", reading)
        }
        return files
    }

    private func report(_ message: String, _ reading: InstanceReading) {
        if let reader = reading.schedulesReader, !reading.guessesSchedules {
            reader.mistake(message)
        } else {
            mistakes.add(YAMLMistake(at: start(of: reading.instance.file), message))
        }
    }

    private func start(of file: FilePath) -> SourcePosition { SourcePosition(file: name(file)) }

    /// Reads a checklist; nil where the file has no mapping.
    mutating func checklist(_ file: FilePath, within whole: Whole?, isProcedure: Bool) -> ChecklistReader.Reading? {
        guard let root = open(file) else { return nil }
        return checklist(root, file, within: whole, isProcedure: isProcedure)
    }

    /// As above, of a file that is open; without an instance any service will do, and only the plugins of this build.
    func checklist(
        _ root: ValueReader, _ file: FilePath, within whole: Whole?, isProcedure: Bool
    ) -> ChecklistReader.Reading? {
        let reader = ChecklistReader(
            file: file, services: whole?.services, plugins: whole?.plugins ?? compiledInPlugins(),
            timeZone: whole?.instance.timeZone ?? .gmt, now: now, isProcedure: isProcedure)
        return root.mapping(reader.read)
    }
}

extension YAMLNode {
    /// The text, where this is a scalar.
    var plainText: String? {
        if case .scalar(let scalar) = kind { scalar.text } else { nil }
    }
}
