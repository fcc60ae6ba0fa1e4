internal import CLinux
internal import Glibc
package import SystemPackage

/// An open folder, through which what lies in it is looked at and changed whatever becomes of its path meanwhile.
///
/// No symbolic link is followed, neither on the way to it nor in it: who may write to a folder on the way cannot lead a
/// change elsewhere.
package struct OpenFolder: ~Copyable {
    private let file: OpenFile

    private init(owning file: consuming OpenFile) { self.file = file }

    package var path: FilePath { file.path }

    /// Opens a folder by its absolute path, name by name.
    ///
    /// - Throws: ``FileError``; `.tooManySymbolicLinkLevels` where a name on the way is a symbolic link.
    package static func open(_ path: FilePath) throws(FileError) -> OpenFolder {
        guard path.isAbsolute else { throw FileError(operation: "open", path: path, errno: .invalidArgument) }
        var folder = OpenFolder(owning: try OpenFile.open("/", CInt(shim_O_PATH) | O_DIRECTORY))
        let names = Array(path.lexicallyNormalized().components)
        for name in names { folder = try folder.step(name, CInt(shim_O_PATH)) }
        return try folder.folder(".", at: folder.path)
    }

    /// Opens a folder in this one.
    ///
    /// - Throws: ``FileError``; `.tooManySymbolicLinkLevels` where it is a symbolic link.
    package func folder(_ name: FilePath.Component) throws(FileError) -> OpenFolder { try step(name, O_RDONLY) }

    private func step(_ name: FilePath.Component, _ flags: CInt) throws(FileError) -> OpenFolder {
        let inner = path.appending(name)
        guard let facts = try facts(of: name) else {
            throw FileError(operation: "open", path: inner, errno: .noSuchFileOrDirectory)
        }
        if facts.kind == .symbolicLink {
            throw FileError(operation: "open", path: inner, errno: .tooManySymbolicLinkLevels)
        }
        return try folder(name.string, at: inner, flags)
    }

    private func folder(_ name: String, at path: FilePath, _ flags: CInt = O_RDONLY) throws(FileError) -> OpenFolder {
        let above = file.descriptor.rawValue
        let target = FilePath(name)
        let descriptor = try system("open", path) {
            target.withPlatformString { openat(above, $0, flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
        }
        return OpenFolder(owning: OpenFile(owning: descriptor, path: path))
    }

    /// The names in it, sorted by their bytes, without `.` and `..`.
    ///
    /// - Throws: ``FileError`` when it may not be read.
    package func components() throws(FileError) -> [FilePath.Component] {
        // A second open folder, so that a second listing begins at the beginning.
        let again = try folder(".", at: path)
        return try FolderStream(again.file).names()
    }

    /// The facts of the folder itself.
    package func facts() throws(FileError) -> FileFacts { try file.facts() }

    /// The facts of what has a name in it, or nothing if there is none.
    package func facts(of name: FilePath.Component) throws(FileError) -> FileFacts? {
        var status = stat()
        let above = file.descriptor.rawValue
        do throws(FileError) {
            try system("look at", path.appending(name)) {
                name.withPlatformString { fstatat(above, $0, &status, AT_SYMLINK_NOFOLLOW) }
            }
        } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw error
        }
        return FileFacts(status)
    }

    /// A handle of a file or folder in it, which gives no bytes: nothing happens to a pipe or device by it.
    ///
    /// - Throws: ``FileError`` where there is none.
    package func item(_ name: FilePath.Component) throws(FileError) -> ItemHandle {
        let above = file.descriptor.rawValue
        let inner = path.appending(name)
        let descriptor = try system("open", inner) {
            name.withPlatformString { openat(above, $0, CInt(shim_O_PATH) | O_NOFOLLOW | O_CLOEXEC) }
        }
        return ItemHandle(owning: OpenFile(owning: descriptor, path: inner))
    }

    /// Removes a file or a symbolic link in it, never a folder.
    ///
    /// - Throws: ``FileError``.
    package func remove(_ name: FilePath.Component) throws(FileError) { try remove(name, 0) }

    /// Removes a folder in it that is empty.
    ///
    /// - Throws: ``FileError``, `.directoryNotEmpty` where it is not.
    package func removeFolder(_ name: FilePath.Component) throws(FileError) { try remove(name, AT_REMOVEDIR) }

    private func remove(_ name: FilePath.Component, _ flags: CInt) throws(FileError) {
        let above = file.descriptor.rawValue
        try system("remove", path.appending(name)) { name.withPlatformString { unlinkat(above, $0, flags) } }
    }

    /// Returns once the names in it are on the device.
    ///
    /// - Throws: ``FileError`` when the device fails.
    package func sync() throws(FileError) {
        do throws(FileError) {
            try file.sync()
        } catch {
            // As in ``Folder/sync(_:)``.
            if error.errno != .invalidArgument { throw error }
        }
    }
}
