internal import Glibc
package import SystemPackage

/// An open file and its only owner: closed when this value ends.
package struct OpenFile: ~Copyable, Sendable {
    package let path: FilePath
    /// The file's descriptor, close-on-exec, valid as long as this value lives.
    package let descriptor: FileDescriptor

    init(owning descriptor: CInt, path: FilePath) {
        self.descriptor = FileDescriptor(rawValue: descriptor)
        self.path = path
    }

    deinit {
        // What matters was synced before, which is where a late write error shows; and close is never repeated.
        _ = Glibc.close(descriptor.rawValue)
    }

    /// Opens with the flags of `open(2)` and close-on-exec.
    static func open(
        _ path: FilePath, _ flags: CInt, mode: mode_t = 0, operation: String = "open"
    ) throws(FileError) -> OpenFile {
        let descriptor = try system(operation, at: path) { Glibc.open($0, flags | O_CLOEXEC, mode) }
        return OpenFile(owning: descriptor, path: path)
    }

    /// Opens an existing file for reading, from its start; a pipe nobody writes to is empty rather than a long wait.
    ///
    /// - Throws: ``FileError`` when it is missing, may not be read or, unless `followingLinks`, is a symbolic link.
    package static func reading(_ path: FilePath, followingLinks: Bool = true) throws(FileError) -> OpenFile {
        try open(path, O_RDONLY | O_NONBLOCK | (followingLinks ? 0 : O_NOFOLLOW))
    }

    /// Opens a file so that every write goes to its end, and makes it where there is none.
    ///
    /// Only a file that is made here gets `permissions`, whatever the umask is.
    ///
    /// - Throws: ``FileError`` when its folder is missing, it may not be written, or it is a symbolic link.
    package static func appending(
        _ path: FilePath, permissions: FilePermissions
    ) throws(FileError) -> OpenFile {
        let flags = O_RDWR | O_APPEND | O_NONBLOCK | O_NOFOLLOW
        while true {
            do throws(FileError) {
                return try open(path, flags, operation: "write")
            } catch {
                if error.errno != .noSuchFileOrDirectory { throw error }
            }
            do throws(FileError) {
                let made = try open(path, flags | O_CREAT | O_EXCL, mode: 0o600, operation: "write")
                try made.setPermissions(permissions)
                return made
            } catch {
                // Another process was quicker.
                if error.errno != .fileExists { throw error }
            }
        }
    }

    /// Takes an exclusive `flock(2)` on the file, which ends with this value; false where somebody else has it.
    ///
    /// - Throws: ``FileError`` when the file system has no locks.
    package func tryLock() throws(FileError) -> Bool {
        do throws(FileError) {
            try system("lock", path) { flock(descriptor.rawValue, LOCK_EX | LOCK_NB) }
            return true
        } catch {
            if error.errno == .wouldBlock { return false }
            throw error
        }
    }

    /// Cuts the file off at a length, or lengthens it with zeros.
    ///
    /// - Throws: ``FileError`` when the device fails.
    package func truncate(to length: Int) throws(FileError) {
        try system("shorten", path) { ftruncate(descriptor.rawValue, length) }
    }

    /// Writes all the bytes in one call, so that of several who append none comes between.
    ///
    /// - Throws: ``FileError`` when the disk is full or fails; some of the bytes may have been written then.
    package func writeAtOnce(_ bytes: [UInt8]) throws(FileError) {
        let count = try system("write", path) { Glibc.write(descriptor.rawValue, bytes, bytes.count) }
        guard count < bytes.count else { return }
        // The second call says why the first one took only a part.
        var failure: FileError?
        bytes[count...].withUnsafeBytes { rest in
            do throws(FileError) { try write(rest) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Reads the next bytes; 0 means the end of the file, fewer than asked for means nothing.
    ///
    /// - Throws: ``FileError`` when the device fails or the path is a folder.
    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        try system("read", path) { Glibc.read(descriptor.rawValue, buffer.baseAddress, buffer.count) }
    }

    /// Reads bytes at a position, without moving the current one; 0 means that the file ends there or before.
    ///
    /// - Throws: ``FileError`` when the device fails, the path is a folder or something that has no positions.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(FileError) -> Int {
        try system("read", path) { pread(descriptor.rawValue, buffer.baseAddress, buffer.count, position) }
    }

    /// Writes all the bytes at the current position.
    ///
    /// - Throws: ``FileError`` when the disk is full or fails; some of the bytes may have been written then.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = try system("write", path) { Glibc.write(descriptor.rawValue, rest.baseAddress, rest.count) }
            // A device that takes nothing and reports nothing would keep this loop for ever.
            guard count > 0 else { throw FileError(operation: "write", path: path, errno: .ioError) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Returns once the file's bytes and facts are on the device (`fsync`).
    ///
    /// - Throws: ``FileError``; what was written before it is then not to be trusted, even if a second call succeeds.
    package func sync() throws(FileError) {
        try system("sync", path) { fsync(descriptor.rawValue) }
    }

    /// The facts of the open file itself, whatever its path names by now.
    ///
    /// - Throws: ``FileError`` when the device fails.
    package func facts() throws(FileError) -> FileFacts {
        var status = stat()
        try system("look at", path) { fstat(descriptor.rawValue, &status) }
        return FileFacts(status)
    }

    /// Gives the file exactly these permissions, whatever the umask is.
    ///
    /// - Throws: ``FileError`` when it belongs to someone else.
    package func setPermissions(_ permissions: FilePermissions) throws(FileError) {
        try system("set the permissions of", path) { fchmod(descriptor.rawValue, permissions.rawValue) }
    }
}
