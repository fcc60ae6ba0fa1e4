package import DurableFiles
package import SystemPackage

/// An absolute path whose names may be patterns: `/var/log/*/app-?.log`.
package struct PathPattern: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    let path: FilePath
    private let isLiteral: Bool

    /// Why a text cannot be such a path.
    package struct Fault: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// - Throws: ``Fault`` where the text is no absolute path, or has `..` or `**` in it.
    package init(_ text: String) throws(Fault) { try self.init(text, isLiteral: false) }

    /// The same for a path of which every name stands for itself.
    ///
    /// - Throws: ``Fault``.
    package init(literally text: String) throws(Fault) { try self.init(text, isLiteral: true) }

    private init(_ text: String, isLiteral: Bool) throws(Fault) {
        let path = FilePath(text)
        guard path.isAbsolute, !text.utf8.contains(0) else {
            throw Fault(description: "'\(text)' is not an absolute path")
        }
        guard !path.components.contains(where: { $0.kind == .parentDirectory }) else {
            throw Fault(description: "'\(text)' leads upwards by '..'; write where it leads to")
        }
        guard isLiteral || !path.components.contains(where: { $0.string.contains("**") }) else {
            throw Fault(description: "'\(text)': '**' is not read; a '*' stands for one name")
        }
        description = text
        self.path = path.lexicallyNormalized()
        self.isLiteral = isLiteral || !path.components.contains { NamePattern.isPattern($0.string) }
    }

    /// The path itself where it has no pattern in it.
    package var literal: FilePath? { isLiteral ? path : nil }

    /// What there is that fits, sorted; folders on the way may be symbolic links, as in the shell.
    ///
    /// A path without a pattern is returned whether it exists or not.
    ///
    /// - Parameter limit: the most paths returned.
    /// - Returns: the paths, and whether there were more.
    /// - Throws: `FileError` where a folder cannot be listed.
    package func paths(limit: Int) throws(FileError) -> (paths: [FilePath], areMore: Bool) {
        if isLiteral { return ([path], false) }
        var found: [FilePath] = [FilePath(root: path.root)]
        var areMore = false
        for component in path.components {
            guard NamePattern.isPattern(component.string) else {
                for index in found.indices { found[index].append(component) }
                continue
            }
            let pattern = NamePattern(component.string)
            var next: [FilePath] = []
            for folder in found where try Self.isFolder(folder) {
                for name in try Folder.components(of: folder) where pattern.matches(name.string) {
                    guard next.count < limit else {
                        areMore = true
                        break
                    }
                    next.append(folder.appending(name))
                }
            }
            found = next
        }
        return (try existing(found), areMore)
    }

    /// Those that are there: names behind the last pattern may be missing in some folders.
    private func existing(_ paths: [FilePath]) throws(FileError) -> [FilePath] {
        var existing: [FilePath] = []
        for path in paths where try Self.facts(path, followingLinks: false) != nil { existing.append(path) }
        return existing
    }

    private static func isFolder(_ path: FilePath) throws(FileError) -> Bool {
        try facts(path, followingLinks: true)?.kind == .folder
    }

    private static func facts(_ path: FilePath, followingLinks: Bool) throws(FileError) -> FileFacts? {
        do throws(FileError) {
            return try FileFacts.of(path, followingLinks: followingLinks)
        } catch {
            // What is below a file is not there.
            guard error.errno == .notDirectory else { throw error }
            return nil
        }
    }
}

extension PathPattern {
    /// Whether a path is one that would be found, were it there.
    package func fits(_ text: String) -> Bool {
        let names = FilePath(text).components
        if isLiteral { return FilePath(text) == path }
        guard names.count == path.components.count else { return false }
        return zip(path.components, names).allSatisfy { pattern, name in
            NamePattern.isPattern(pattern.string)
                ? NamePattern(pattern.string).matches(name.string) : pattern == name
        }
    }
}
