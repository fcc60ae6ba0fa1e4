import DurableFiles
import Glibc
import SystemPackage

/// The file of a copy: takes pages one by one and writes them in large pieces, on a thread of its own.
///
/// SQLite writes page by page; at some kilobytes a call the system needs more time for the calls and for its page
/// cache than the device does for the bytes. A file of `direct` writing passes by the page cache: the pages of the
/// service stay in memory, and its own syncs never stand behind a gigabyte of ours.
final class CopyFile {
    /// The size of one piece in bytes.
    private static let pieceBytes = 1 << 19
    /// What the position, size and memory of a direct write are multiples of.
    private static let alignment: Int64 = 4_096

    let path: FilePath
    private let descriptors: CopyDescriptors
    private let relay: BufferRelay
    /// Where the bytes of the current buffer belong.
    private var start: Int64 = 0
    private var used = 0
    private(set) var size: Int64 = 0

    /// - Throws: `Errno`, of a file that is there already too.
    init(creating path: FilePath, direct: Bool) throws {
        self.path = path
        let descriptors = try CopyDescriptors(creating: path, direct: direct)
        self.descriptors = descriptors
        relay = BufferRelay(capacity: Self.pieceBytes) { bytes, position in
            try descriptors.write(bytes, at: position)
        }
    }

    /// Takes bytes for a position; most often the one after those before.
    func write(_ bytes: UnsafeRawPointer, count: Int, at position: Int64) throws {
        if position != start + Int64(used) {
            try flush()
            start = position
        }
        var (next, rest) = (bytes, count)
        while rest > 0 {
            // A piece ends where a direct write may, wherever it began.
            let room = relay.capacity - Int(start % Self.alignment) - used
            let fits = min(rest, room)
            memcpy(relay.current + used, next, fits)
            used += fits
            rest -= fits
            next += fits
            if used == relay.capacity - Int(start % Self.alignment) { try pass() }
        }
        size = max(size, position + Int64(count))
    }

    /// - Returns: how many bytes there are at the position, at most as many as there is room for.
    func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int64) throws -> Int {
        try flush()
        return try descriptors.read(into: buffer, at: position)
    }

    func truncate(to size: Int64) throws {
        try flush()
        try descriptors.truncate(to: size)
        self.size = size
    }

    /// Writes all there is and syncs it to the device.
    func finish() throws {
        try flush()
        try descriptors.sync()
    }

    private func pass() throws {
        try relay.pass(used, number: start)
        start += Int64(used)
        used = 0
    }

    private func flush() throws {
        if used > 0 { try pass() }
        try relay.drain()
    }
}

/// A file twice: once as usual, and once past the page cache where the file system can do that.
private final class CopyDescriptors {
    private let plain: FileDescriptor
    private var behind: WriteBehind
    private var direct: FileDescriptor?

    /// `O_DIRECT`, which Glibc's module leaves out (linux, asm/fcntl.h of each processor).
    private static var pastPageCache: Int32 {
        #if arch(arm64) || arch(arm)
            0o200000
        #else
            0o40000
        #endif
    }

    init(creating path: FilePath, direct: Bool) throws {
        let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .noFollow, .closeOnExec]
        plain = try FileDescriptor.open(path, .readWrite, options: options, permissions: .ownerReadWrite)
        behind = WriteBehind(plain, forgets: false)
        guard direct else { return }
        // Not every file system has it: then it is written as usual.
        let past = FileDescriptor.OpenOptions(rawValue: Self.pastPageCache)
        self.direct = try? FileDescriptor.open(path, .writeOnly, options: [past, .noFollow, .closeOnExec])
    }

    deinit {
        // What matters was synced before.
        try? direct?.close()
        try? plain.close()
    }

    /// Called on one thread at a time.
    func write(_ bytes: UnsafeRawBufferPointer, at position: Int64) throws {
        var (rest, position) = (bytes, position)
        if let direct, position % 4_096 == 0, rest.count >= 4_096 {
            let whole = UnsafeRawBufferPointer(rebasing: rest[..<(rest.count & ~4_095)])
            do {
                try Self.writeAll(whole, to: direct, at: position)
                rest = UnsafeRawBufferPointer(rebasing: rest[whole.count...])
                position += Int64(whole.count)
            } catch Errno.invalidArgument {
                // The device wants larger blocks.
                try direct.close()
                self.direct = nil
            }
        }
        guard !rest.isEmpty else { return }
        try Self.writeAll(rest, to: plain, at: position)
        // At once, so that the sync at the end, and those of others, have little left to do.
        behind.advance(to: position + Int64(rest.count))
    }

    private static func writeAll(
        _ bytes: UnsafeRawBufferPointer, to file: FileDescriptor, at position: Int64
    ) throws {
        try file.writeAll(toAbsoluteOffset: position, bytes)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int64) throws -> Int {
        try plain.read(fromAbsoluteOffset: position, into: buffer)
    }

    func truncate(to size: Int64) throws {
        guard ftruncate(plain.rawValue, off_t(size)) == 0 else { throw Errno(rawValue: errno) }
    }

    func sync() throws {
        guard fsync(plain.rawValue) == 0 else { throw Errno(rawValue: errno) }
    }
}
