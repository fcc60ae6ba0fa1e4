internal import DurableFiles
internal import Glibc
package import Maintenance
internal import SystemPackage

extension ReportFolder {
    /// What became of a report that was to be removed.
    package enum Removal: Hashable, Sendable {
        case removed
        /// There was none.
        case missing
        /// It stays whole: its folder holds something that Ronde did not put there; with the names.
        case holdsMore([String])
    }

    /// What Ronde puts into the folder of a run; whatever else lies there holds the folder.
    static let ownFiles: Set = ["report.json", "report.md"]

    /// Removes the report of a run, unless its folder holds more than Ronde put there, as a signature or a note.
    ///
    /// The folder is renamed first, so that nobody finds half a report; what a kill leaves has a hidden name, and the
    /// next call for the same run finishes it. It is on disk after ``sync()``.
    ///
    /// - Throws: ``ReportError/file(_:)`` where the system refuses; the report is whole, or hidden, then.
    package func remove(_ run: RunIdentifier) throws(ReportError) -> Removal {
        do throws(FileError) {
            let (place, hidden) = (path(of: run), root.appending(".expired-" + run.rawValue))
            // Left by a removal that was cut short, and empty of anything but our own.
            let isResumed = try emptyOut(hidden, orReturnTo: place) == .removed
            guard try Self.rename(place, to: hidden) else { return isResumed ? .removed : .missing }
            return try emptyOut(hidden, orReturnTo: place)
        } catch {
            throw .file(error)
        }
    }

    /// Returns once removals are on the device; where there is no folder of reports there are none.
    ///
    /// - Throws: ``ReportError/file(_:)``.
    package func sync() throws(ReportError) {
        do throws(FileError) {
            guard try FileFacts.of(root, followingLinks: true) != nil else { return }
            try Folder.sync(root)
        } catch {
            throw .file(error)
        }
    }

    private func emptyOut(_ hidden: FilePath, orReturnTo place: FilePath) throws(FileError) -> Removal {
        guard let facts = try FileFacts.of(hidden, followingLinks: false) else { return .missing }
        let names = facts.kind == .folder ? try Folder.entries(of: hidden) : [hidden.lastComponent?.string ?? ""]
        let others = names.filter { !Self.ownFiles.contains($0) && !TemporaryFile.isTemporary($0) }
        guard others.isEmpty, facts.kind == .folder else {
            _ = try Self.rename(hidden, to: place)
            return .holdsMore(others)
        }
        for name in names { try Self.call(hidden.appending(name)) { unlink($0) } }
        try Self.call(hidden) { rmdir($0) }
        return .removed
    }

    /// False where there is nothing to rename.
    private static func rename(_ place: FilePath, to other: FilePath) throws(FileError) -> Bool {
        let result = place.withPlatformString { from in other.withPlatformString { to in Glibc.rename(from, to) } }
        guard result != 0 else { return true }
        let code = Errno(rawValue: errno)
        guard code == .noSuchFileOrDirectory else { throw FileError(operation: "remove", path: place, errno: code) }
        return false
    }

    /// What is gone already is no error.
    private static func call(_ path: FilePath, _ body: (UnsafePointer<CChar>) -> CInt) throws(FileError) {
        guard path.withPlatformString(body) != 0 else { return }
        let code = Errno(rawValue: errno)
        if code != .noSuchFileOrDirectory { throw FileError(operation: "remove", path: path, errno: code) }
    }
}
