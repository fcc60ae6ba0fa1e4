package import Digests
package import SystemPackage

/// A file of this host that is to have a copy elsewhere, under the same name.
package struct OffsiteFile: Hashable, Sendable {
    /// Its name at the destination; see ``OffsiteName``.
    package var name: String
    /// Where it is on this host.
    package var path: FilePath
    package var bytes: Int
    package var sha256: SHA256Digest

    package init(name: String, path: FilePath, bytes: Int, sha256: SHA256Digest) {
        self.name = name
        self.path = path
        self.bytes = bytes
        self.sha256 = sha256
    }
}

/// The files of one backup set.
///
/// At a destination the set counts once its manifest is there, which goes last.
package struct OffsiteSet: Hashable, Sendable {
    package var name: String
    package var data: [OffsiteFile]
    package var manifest: OffsiteFile

    package init(name: String, data: [OffsiteFile], manifest: OffsiteFile) {
        self.name = name
        self.data = data
        self.manifest = manifest
    }
}

/// A file that a destination lists.
package struct RemoteFile: Hashable, Sendable {
    package var name: String
    package var bytes: Int

    package init(name: String, bytes: Int) {
        self.name = name
        self.bytes = bytes
    }
}

/// The names of the files of a set at a destination.
package struct RemoteSet: Hashable, Sendable, Codable {
    package var name: String
    package var data: [String]
    package var manifest: String

    package init(name: String, data: [String], manifest: String) {
        self.name = name
        self.data = data
        self.manifest = manifest
    }
}

/// Which names of files may be used at a destination.
package enum OffsiteName {
    /// The end of the name of a file that is still being uploaded.
    static let partEnding = ".part"
    /// Room for `.part` within the 255 bytes of most file systems.
    private static let longest = 250

    /// What is wrong with a name, or nil: no folder, nothing that does not print, at most 250 bytes.
    package static func fault(in name: String) -> String? {
        if name.isEmpty || name == "." || name == ".." { return "it names no file" }
        if name.utf8.count > longest { return "it has more than \(longest) bytes" }
        if name.contains("/") { return "it leads into a folder" }
        if name.hasSuffix(partEnding) { return "it ends like an unfinished upload" }
        let isPlain = name.unicodeScalars.allSatisfy {
            ![.control, .surrogate, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
                && $0 != "\u{FFFD}"
        }
        return isPlain ? nil : "it has a character that does not print, such as a line feed"
    }
}
