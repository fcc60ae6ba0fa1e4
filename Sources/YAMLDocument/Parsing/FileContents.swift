import Glibc

/// Why a file gave no tree.
package enum YAMLReadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What stood in the way of reading a file.
    package enum Obstacle: Hashable, Sendable {
        case missing
        case denied
        case folder
        /// A FIFO, socket or device.
        case notAFile
        /// `errno` of the call that failed.
        case failed(code: Int32)
    }

    /// The file was read; what it says is wrong.
    case mistake(YAMLMistake)
    /// The file was not read.
    case unreadable(file: String, Obstacle)

    /// The same as a mistake, an unreadable file's at 1:1, for a list of all mistakes of all files.
    package var mistake: YAMLMistake {
        switch self {
        case .mistake(let mistake): mistake
        case .unreadable(let file, let obstacle): YAMLMistake(at: SourcePosition(file: file), obstacle.sentence)
        }
    }

    package var description: String { mistake.description }
}

extension YAMLReadError.Obstacle {
    var sentence: String {
        switch self {
        case .missing: "there is no such file"
        case .denied: "the file may not be read: permission denied"
        case .folder: "this is a folder; name a file in it"
        case .notAFile: "this is not a regular file (a FIFO, socket or device); copy its content into a file"
        case .failed(let code): "the file cannot be read: \(String(cString: strerror(code)))"
        }
    }

    init(errno code: Int32) {
        self =
            switch code {
            case ENOENT, ENOTDIR: .missing
            case EACCES, EPERM: .denied
            case EISDIR: .folder
            case ENXIO: .notAFile  // what open says of a socket
            default: .failed(code: code)
            }
    }
}

/// A file descriptor that is closed with its scope.
private struct OpenFile: ~Copyable {
    let descriptor: Int32
    deinit { close(descriptor) }  // only read from, so a failing close loses nothing
}

extension YAMLDocument {
    /// All bytes of a regular file of at most `limit` bytes, also when it grows while it is read.
    static func contents(path: String, name: String, limit: Int) throws(YAMLReadError) -> [UInt8] {
        guard !path.utf8.contains(0) else {  // C would open the file named by the part before
            throw .unreadable(file: name, .missing)
        }
        // O_NONBLOCK: opening a FIFO must not wait for a writer.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .unreadable(file: name, .init(errno: errno)) }
        let file = OpenFile(descriptor: descriptor)

        var status = stat()
        guard fstat(file.descriptor, &status) == 0 else { throw .unreadable(file: name, .init(errno: errno)) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .unreadable(file: name, .folder)
        default: throw .unreadable(file: name, .notAFile)
        }
        guard status.st_size <= limit else { throw .mistake(.tooLarge(file: name, limit: limit)) }
        return try bytes(of: file, expecting: Int(status.st_size), name: name, limit: limit)
    }

    private static func bytes(
        of file: borrowing OpenFile, expecting size: Int, name: String, limit: Int
    ) throws(YAMLReadError) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(size)
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(file.descriptor, &chunk, chunk.count)
            guard count >= 0 else {
                let code = errno
                if code == EINTR { continue }
                throw .unreadable(file: name, .init(errno: code))
            }
            guard count > 0 else { return content }
            guard content.count + count <= limit else { throw .mistake(.tooLarge(file: name, limit: limit)) }
            content.append(contentsOf: chunk[..<count])
        }
    }
}
