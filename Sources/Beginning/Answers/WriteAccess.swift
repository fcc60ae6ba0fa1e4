import DurableFiles
package import SystemPackage

/// What an instance has to be let write, beyond its data.
package struct WriteAccess: Hashable, Sendable {
    /// Folders outside of the data's that Ronde writes: of the database, and of backups; none twice.
    package let folders: [FilePath]

    package init(of answers: Answers, at places: InstancePlaces) {
        guard let database = answers.database else {
            folders = []
            return
        }
        let backups = answers.backups ?? places.backups(of: answers.service)
        let wanted = [Folder.parent(of: database), backups].filter { !$0.starts(with: places.data) }
        folders = wanted.enumerated().filter { !wanted[..<$0.offset].contains($0.element) }.map(\.element)
    }

    /// The line of a systemd unit that lets a service write there (systemd.exec(5)); nil where none is needed.
    ///
    /// A folder that is not there yet does not keep the service from starting.
    package var unitLine: String? {
        folders.isEmpty ? nil : "ReadWritePaths=" + folders.map(Self.written).joined(separator: " ")
    }

    /// A path as a word of a unit: `%` begins a specifier, and blanks, quotes and backslashes want quotes.
    private static func written(_ path: FilePath) -> String {
        let text = "-" + path.string
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "%": result += "%%"
            case "\\", "\"": result += "\\" + String(character)
            default: result.unicodeScalars.append(character)
            }
        }
        let needsQuotes = text.utf8.contains { $0 <= 0x20 || $0 == 0x22 || $0 == 0x27 || $0 == 0x5C || $0 == 0x3B }
        return needsQuotes ? "\"\(result)\"" : result
    }

    /// Whether both paths, or what there is above them, are on one file system.
    package static func areOnOneDisk(_ one: FilePath, _ other: FilePath) throws -> Bool {
        try device(of: one) == device(of: other)
    }

    private static func device(of path: FilePath) throws -> UInt64? {
        var path = path
        while true {
            if let facts = try FileFacts.of(path, followingLinks: true) { return facts.device }
            let above = Folder.parent(of: path)
            if above == path { return nil }
            path = above
        }
    }
}
