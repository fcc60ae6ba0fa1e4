internal import CLinux
internal import Glibc
package import SystemPackage

/// One file or folder, whatever its name leads to by now, whose mode and owner can be changed; it gives no bytes.
package struct ItemHandle: ~Copyable {
    private let file: OpenFile

    init(owning file: consuming OpenFile) { self.file = file }

    package var path: FilePath { file.path }

    /// - Throws: ``FileError`` when the device fails.
    package func facts() throws(FileError) -> FileFacts { try file.facts() }

    /// Gives it exactly these permissions; refused for a symbolic link.
    ///
    /// - Throws: ``FileError`` when it belongs to someone else.
    package func setPermissions(_ permissions: FilePermissions) throws(FileError) {
        guard try facts().kind != .symbolicLink else {
            throw FileError(operation: "set the permissions of", path: path, errno: .tooManySymbolicLinkLevels)
        }
        // A handle without bytes takes no `fchmod`, but its name in /proc leads to the very same file (open(2), O_PATH).
        let name = "/proc/self/fd/\(file.descriptor.rawValue)"
        try system("set the permissions of", path) { chmod(name, permissions.rawValue) }
    }

    /// Gives it to a user and a group; nil leaves either as it is.
    ///
    /// - Throws: ``FileError``; only root gives files away.
    package func setOwner(_ user: UInt32?, group: UInt32?) throws(FileError) {
        try system("set the owner of", path) {
            fchownat(file.descriptor.rawValue, "", user ?? .max, group ?? .max, CInt(shim_AT_EMPTY_PATH))
        }
    }
}
