package import DurableFiles
package import SystemPackage

/// Puts the files of a new instance into its folder, and overwrites nothing.
package struct Placement: Sendable {
    /// What became of one file.
    package enum State: String, Hashable, Sendable {
        case written
        /// The same bytes were there already, as after an attempt that was cut short.
        case present
        /// What `Scripts/install` had put there, and nobody had changed, gave way.
        case replaced
    }

    /// One file and what became of it.
    package struct Placed: Hashable, Sendable {
        /// Absolute.
        package let path: FilePath
        package let state: State
    }

    private let folder: FilePath
    private let template: [UInt8]?

    /// No file of a new instance is larger, and one that is must not be taken for one.
    private static let largest = 1 << 20

    /// - Parameters:
    ///   - folder: of the instance, absolute.
    ///   - template: `ronde.yaml` as an installation leaves it: one with these bytes may be replaced.
    package init(in folder: FilePath, template: [UInt8]? = nil) {
        self.folder = folder
        self.template = template
    }

    /// What is in the way, by path: files of the same names with other contents; none where all can be placed.
    ///
    /// - Throws: `FileError` where that cannot be seen.
    package func obstacles(for files: StarterFiles) throws(FileError) -> [FilePath] {
        var obstacles: [FilePath] = []
        for file in files.files where try state(of: file) == nil { obstacles.append(path(of: file)) }
        return obstacles
    }

    /// Writes what is not there yet; each file appears whole.
    ///
    /// The files are readable by everybody, as configuration is. Where one cannot be written, those that were written
    /// before it are taken away again.
    ///
    /// - Throws: `FileError`, `.fileExists` for a file that appeared meanwhile.
    package func place(_ files: StarterFiles) throws(FileError) -> [Placed] {
        let forAll: FilePermissions = [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
        let schedules = folder.appending(StarterFiles.schedules.components)
        try Folder.create(schedules, permissions: forAll)
        // Of an attempt that was killed.
        for folder in [folder, schedules] { try TemporaryFile.removeLeftovers(in: folder) }
        var placed: [Placed] = []
        do throws(FileError) {
            for file in files.files {
                placed.append(Placed(path: path(of: file), state: try write(file)))
            }
        } catch {
            for file in placed where file.state == .written {
                // The first failure is the one to tell; what stays is named when it is tried again.
                do throws(FileError) { try DurableFile.remove(file.path) } catch { continue }
            }
            throw error
        }
        return placed
    }

    private func path(of file: StarterFiles.File) -> FilePath { folder.appending(file.name.components) }

    /// What would become of a file; nil where something else is in its place.
    private func state(of file: StarterFiles.File) throws(FileError) -> State? {
        let path = path(of: file)
        let facts: FileFacts?
        do throws(FileError) {
            facts = try FileFacts.of(path, followingLinks: false)
        } catch {
            // Its folder is a file: that is said of the folder when it is made.
            guard error.errno == .notDirectory else { throw error }
            return .written
        }
        guard let facts else { return .written }
        guard facts.kind == .file else { return nil }
        let there: [UInt8]
        do throws(FileError) {
            there = try DurableFile.read(path, limit: Self.largest)
        } catch {
            guard error.errno == .fileTooLarge else { throw error }
            return nil
        }
        if there == Array(file.text.utf8) { return .present }
        return there == template && file.name == StarterFiles.instance ? .replaced : nil
    }

    private func write(_ file: StarterFiles.File) throws(FileError) -> State {
        let path = path(of: file)
        guard let state = try state(of: file) else {
            throw FileError(operation: "write", path: path, errno: .fileExists)
        }
        guard state != .present else { return state }
        let forAll: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
        let temporary = try TemporaryFile.create(beside: path, permissions: forAll)
        do throws(FileError) {
            try temporary.write(Array(file.text.utf8))
        } catch {
            // The person knows nothing of the temporary name.
            throw FileError(operation: "write", path: path, errno: error.errno)
        }
        try temporary.publish(as: path, replacing: state == .replaced)
        return state
    }
}
