internal import CLinux
internal import Glibc
package import SystemPackage

/// Sends a growing file to the device bit by bit, so that little of it is ever on its way.
///
/// What a large file leaves dirty in the page cache goes to the device all at once, and the commits of the service wait
/// in the queue behind it. Here at most two pieces are on their way. It is no sync: errors show in the one at the end.
package struct WriteBehind: Sendable {
    /// In bytes.
    private static let piece: Int64 = 1 << 20

    private let descriptor: FileDescriptor
    private let forgets: Bool
    private var begun: Int64 = 0

    /// - Parameters:
    ///   - descriptor: the file, open for as long as this is used.
    ///   - forgets: whether what has been written is to leave the page cache, which then has room for the service.
    package init(_ descriptor: FileDescriptor, forgets: Bool) {
        self.descriptor = descriptor
        self.forgets = forgets
    }

    /// To be called now and then, once all before `end` has been written.
    package mutating func advance(to end: Int64) {
        // File systems that cannot do it write when they like: then the services wait longer, and nothing is lost.
        while end - begun >= Self.piece {
            _ = sync_file_range(descriptor.rawValue, begun, Self.piece, UInt32(shim_SYNC_FILE_RANGE_WRITE))
            if begun > 0 { settle(begun - Self.piece) }
            begun += Self.piece
        }
    }

    private func settle(_ position: Int64) {
        let all =
            shim_SYNC_FILE_RANGE_WAIT_BEFORE | shim_SYNC_FILE_RANGE_WRITE
            | shim_SYNC_FILE_RANGE_WAIT_AFTER
        _ = sync_file_range(descriptor.rawValue, position, Self.piece, UInt32(all))
        if forgets {
            _ = posix_fadvise(descriptor.rawValue, off_t(position), off_t(Self.piece), POSIX_FADV_DONTNEED)
        }
    }
}
