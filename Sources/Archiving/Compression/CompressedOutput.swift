internal import Digests
internal import DurableFiles
internal import Glibc
internal import SystemPackage

/// Where compressed blocks go: a file that someone else owns, metered on the way.
final class CompressedOutput {
    let path: FilePath
    let sides: BothSides
    private let descriptor: FileDescriptor
    /// The end of the last block, while it may not be written.
    private var heldBack: [UInt8] = []

    init(_ descriptor: FileDescriptor, path: FilePath, sides: BothSides) {
        self.descriptor = descriptor
        self.path = path
        self.sides = sides
    }

    /// Writes a block but for its last bytes, which follow with the next one.
    ///
    /// So a stream that is not finished ends within a block, and can never be taken for a whole one.
    func writeHoldingBack(_ block: UnsafeRawBufferPointer) throws(ArchiveError) {
        try writeHeldBack()
        let end = max(0, block.count - GzipTrailer.byteCount)
        try write(UnsafeRawBufferPointer(rebasing: block[..<end]))
        heldBack = Array(block[end...])
    }

    /// Writes what was held back.
    func writeHeldBack() throws(ArchiveError) {
        // A typed error does not pass through the closure of an array.
        var failure: ArchiveError?
        heldBack.withUnsafeBytes { bytes in
            do throws(ArchiveError) { try write(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
        heldBack = []
    }

    /// Writes all the bytes.
    func write(_ block: UnsafeRawBufferPointer) throws(ArchiveError) {
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
