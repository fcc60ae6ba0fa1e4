internal import CArchive
internal import Digests
internal import DurableFiles

/// Where libarchive's stored blocks come from: a file or a range of it, read block by block and metered on the way.
///
/// A class, because libarchive keeps a pointer to it. It lives on one thread.
final class CompressedInput {
    /// What went wrong in a callback, which can only tell libarchive that something did.
    private(set) var failure: ArchiveError?
    /// What the checks of a gzip stream know so far; nothing for other formats.
    var trailers: GzipTrailers?
    let file: StoredFile
    /// Counts and digests what passes; nothing for a second look.
    let sides: BothSides?
    private var position: Int
    private let end: Int
    /// What libarchive is to see before and after the stored bytes.
    private var (before, after): ([UInt8], [UInt8])
    // Small, because all seams in it may have to be looked at for each block of content.
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)

    init(
        _ file: StoredFile, _ range: Range<Int> = 0..<Int.max, before: [UInt8] = [], after: [UInt8] = [],
        sides: BothSides? = nil
    ) {
        (self.before, self.after) = (before, after)
        self.file = file
        self.sides = sides
        position = range.lowerBound
        end = range.upperBound
    }

    deinit { buffer.deallocate() }

    /// How many bytes of the file, from its start, libarchive was given.
    var storedCount: Int { position }

    /// Tells the format from the first bytes.
    func detectFormat() throws(ArchiveError) -> CompressedFormat {
        let count = try file.read(into: buffer, at: 0)
        return CompressedFormat(detecting: buffer[..<count])
    }

    /// The next stored block, empty at the end.
    func next() throws(ArchiveError) -> UnsafeRawBufferPointer {
        if !before.isEmpty { return added(&before) }
        if position == end, !after.isEmpty { return added(&after) }
        let room = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(buffer.count, end - position)])
        let count = try file.read(into: room, at: position)
        let block = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        position += count
        trailers?.noteStored(block)
        do throws(DigestError) { try sides?.passStored(block) } catch { throw .failed("decompress", file.path, error) }
        return block
    }

    private func added(_ bytes: inout [UInt8]) -> UnsafeRawBufferPointer {
        buffer.copyBytes(from: bytes)
        defer { bytes = [] }
        return UnsafeRawBufferPointer(rebasing: buffer[..<bytes.count])
    }

    /// libarchive's `archive_read_callback`: the count of the next block, 0 at the end, negative after a failure.
    static func read(
        _ archive: OpaquePointer?, _ client: UnsafeMutableRawPointer?,
        _ start: UnsafeMutablePointer<UnsafeRawPointer?>?
    ) -> Int {
        guard let client else { return -1 }
        let input = Unmanaged<CompressedInput>.fromOpaque(client).takeUnretainedValue()
        do throws(ArchiveError) {
            let block = try input.next()
            start?.pointee = block.baseAddress
            return block.count
        } catch {
            input.failure = error
            shim_archive_set_error(archive, error.code, error.message)
            return -1
        }
    }
}
