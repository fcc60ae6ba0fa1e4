package import DurableFiles
internal import Glibc
package import SystemPackage

/// The files in which the kernel tells of processes and of the machine; see proc(5).
///
/// A process may end between any two looks at it: what is gone is nil, and no error.
package struct ProcFS: Sendable {
    /// `/proc`, or a folder with files as they stand there.
    package let root: FilePath

    package init(root: FilePath = "/proc") { self.root = root }

    /// The numbers of all processes that may be seen, in their order.
    ///
    /// - Throws: `FileError` where there is no such file system.
    package func processes() throws(FileError) -> [Int32] {
        try Folder.entries(of: root).compactMap { Int32($0) }.filter { $0 > 0 }.sorted()
    }

    /// The bytes of a file.
    ///
    /// - Parameters:
    ///   - path: below ``root``.
    ///   - limit: the most bytes it may have.
    /// - Returns: nil where there is no such file, or its process has ended.
    /// - Throws: `FileError` where it may not be read, or is larger.
    func bytes(_ path: String, limit: Int = 1 << 20) throws(FileError) -> [UInt8]? {
        do throws(FileError) {
            return try DurableFile.read(root.appending(path), limit: limit)
        } catch {
            guard error.isOfSomethingGone else { throw error }
            return nil
        }
    }

    /// The same as text; bytes that are none become replacement characters.
    func text(_ path: String, limit: Int = 1 << 20) throws(FileError) -> String? {
        try bytes(path, limit: limit).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The names in a folder, nil where there is none, or its process has ended.
    func names(in path: String) throws(FileError) -> [String]? {
        do throws(FileError) {
            return try Folder.entries(of: root.appending(path))
        } catch {
            guard error.isOfSomethingGone else { throw error }
            return nil
        }
    }

    /// Where a short symbolic link leads; nil where it is gone, is longer, or may not be read.
    func shortLink(_ path: String) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let count = root.appending(path).withPlatformString { readlink($0, start, buffer.count) }
            guard count > 0, count < buffer.count else { return nil }
            return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }
}

extension FileError {
    fileprivate var isOfSomethingGone: Bool { errno == .noSuchFileOrDirectory || errno == .noSuchProcess }

    /// Whether another user, root for one, could have done it.
    package var isForWantOfPermission: Bool { errno == .permissionDenied || errno == .notPermitted }
}
