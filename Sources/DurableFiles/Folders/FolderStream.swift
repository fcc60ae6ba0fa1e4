internal import Glibc
internal import SystemPackage

/// A folder open for listing, and its only owner.
struct FolderStream: ~Copyable {
    private let stream: OpaquePointer
    let path: FilePath

    init(_ folder: borrowing OpenFile) throws(FileError) {
        path = folder.path
        // The stream owns and closes its descriptor, so it gets one of its own.
        let descriptor = try system("list", folder.path) { fcntl(folder.descriptor.rawValue, F_DUPFD_CLOEXEC, 0) }
        guard let stream = fdopendir(descriptor) else {
            let code = Errno(rawValue: errno)
            close(descriptor)
            throw FileError(operation: "list", path: folder.path, errno: code)
        }
        self.stream = stream
    }

    deinit { closedir(stream) }

    /// All names, sorted by their bytes, without `.` and `..`.
    func names() throws(FileError) -> [FilePath.Component] {
        var names: [FilePath.Component] = []
        // A second listing through the same open folder starts where the first ended.
        rewinddir(stream)
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else {
                    throw FileError(operation: "list", path: path, errno: Errno(rawValue: errno))
                }
                return names.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { FilePath.Component(platformString: $0) }
            }
            if let name, name.kind == .regular { names.append(name) }
        }
    }
}

extension FilePath.Component {
    fileprivate var bytes: [UInt8] {
        withPlatformString { start in
            UnsafeBufferPointer(start: start, count: strlen(start)).map(UInt8.init(bitPattern:))
        }
    }
}
