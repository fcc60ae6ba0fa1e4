import ConfigurationFiles
import DurableFiles
import Foundation
import SystemPackage

/// What tells whether the files of a configuration may have changed: their names, sizes and times.
struct ConfigurationPrint: Hashable {
    private struct File: Hashable {
        let size: Int
        let modified: Date
        let number: UInt64
    }

    private var files: [String: File] = [:]

    /// The files that were read, and those that would be read now as they are new.
    static func of(_ instance: Instance) -> ConfigurationPrint {
        var print = ConfigurationPrint()
        for file in instance.files + news(instance) { print.add(file) }
        return print
    }

    /// The folders in which a change may be one of the configuration.
    static func folders(of instance: Instance) -> Set<FilePath> {
        var folders = Set(instance.files.map { $0.removingLastComponent() })
        folders.insert(instance.file.removingLastComponent())
        folders.insert(instance.folders.schedules)
        folders.insert(instance.folders.schedules.appending("procedures"))
        folders.formUnion(instance.folders.plugins)
        return folders
    }

    /// What lies where checklists and plugins are looked for.
    private static func news(_ instance: Instance) -> [FilePath] {
        var found: [FilePath] = []
        for folder in [instance.folders.schedules, instance.folders.schedules.appending("procedures")]
            + instance.folders.plugins
        {
            // One that is not there has nothing new; one that cannot be read is a mistake that loading will tell.
            for name in (try? Folder.entries(of: folder)) ?? [] where !name.hasPrefix(".") {
                found.append(folder.appending(name))
            }
        }
        return found
    }

    private mutating func add(_ path: FilePath) {
        // A file that cannot be looked at is like one that is gone.
        guard let facts = try? FileFacts.of(path, followingLinks: true) else { return }
        files[path.string] = File(size: facts.size, modified: facts.modified, number: facts.inode)
    }
}
