import DurableFiles
import Maintenance
import PluginKit
import SystemPackage

/// A path whose file system is looked at.
struct DiskPlace: Hashable, Sendable {
    let path: FilePath
    /// Whether somebody named it, so that it is to exist.
    let isNamed: Bool
}

extension DiskPlace {
    /// The places that a checklist names, or else those of the service.
    ///
    /// - Throws: ``TaskFailure`` where there are none.
    static func all(named paths: [String]?, of service: Service) throws(TaskFailure) -> [DiskPlace] {
        if let paths { return paths.map { DiskPlace(path: FilePath($0), isNamed: true) } }
        var folders = service.databases.sorted { $0.key < $1.key }.map { Folder.parent(of: FilePath($0.value.sqlite)) }
        if let backups = service.backups {
            folders += [backups.daily, backups.weekly, backups.monthly].map { FilePath($0) }
            folders += backups.adopted.map { FilePath($0.folder) }
        }
        guard !folders.isEmpty else {
            throw TaskFailure(
                .unknown,
                "service '\(service.name)' has neither databases nor backup folders; name 'paths' to look at")
        }
        var seen: Set<FilePath> = []
        return folders.filter { seen.insert($0).inserted }.map { DiskPlace(path: $0, isNamed: false) }
    }

    /// What the measurements of each path begin with: `var_lib` for `/var/lib`, `root` for `/`, no two alike.
    static func names(for paths: [FilePath]) -> [String] {
        var taken: Set<String> = []
        return paths.map { path in
            let words = path.string.lowercased().utf8.split { byte in
                !(0x61...0x7A).contains(byte) && !(0x30...0x39).contains(byte)
            }
            let joined = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "_")
            let made = joined.isEmpty ? "root" : String(joined.prefix(100))
            var (name, number) = (made, 2)
            while !taken.insert(name).inserted {
                name = "\(made)_\(number)"
                number += 1
            }
            return name
        }
    }
}
