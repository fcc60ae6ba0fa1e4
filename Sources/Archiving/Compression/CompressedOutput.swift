internal import CArchive
internal import Digests
internal import DurableFiles
internal import Glibc
internal import SystemPackage

/// Where libarchive's compressed blocks go: a file that someone else owns, metered on the way.
///
/// A class, because libarchive keeps a pointer to it. It lives on one thread.
final class CompressedOutput {
    let path: FilePath
    /// What went wrong in a callback, which can only tell libarchive that something did.
    private(set) var failure: ArchiveError?
    private let descriptor: FileDescriptor
    let sides: BothSides

    init(_ descriptor: FileDescriptor, path: FilePath, sides: BothSides) {
        self.descriptor = descriptor
        self.path = path
        self.sides = sides
    }

    /// libarchive's `archive_write_callback`: the count of the bytes taken, negative after a failure.
    static func write(
        _ archive: OpaquePointer?, _ client: UnsafeMutableRawPointer?, _ buffer: UnsafeRawPointer?, _ count: Int
    ) -> Int {
        guard let client, let buffer else { return -1 }
        let output = Unmanaged<CompressedOutput>.fromOpaque(client).takeUnretainedValue()
        do throws(ArchiveError) {
            try output.write(UnsafeRawBufferPointer(start: buffer, count: count))
            return count
        } catch {
            output.failure = error
            shim_archive_set_error(archive, error.code, error.message)
            return -1
        }
    }

    private func write(_ block: UnsafeRawBufferPointer) throws(ArchiveError) {
        var rest = block
        while !rest.isEmpty {
            let count = Glibc.write(descriptor.rawValue, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let code = count < 0 ? Errno(rawValue: errno) : .ioError
                throw .failed("compress", FileError(operation: "write", path: path, errno: code))
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        do throws(DigestError) { try sides.passStored(block) } catch { throw .failed("compress", path, error) }
    }
}
