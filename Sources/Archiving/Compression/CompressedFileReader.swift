internal import Digests
package import SystemPackage

/// Unpacks one file piece by piece, with a limit on what comes out.
///
/// Content is to be trusted only once the end was reached without an error: then the stream was whole, its checksums
/// (each member's of gzip, those that are there of zstd) were right and nothing followed it. Exactly one layer is
/// unpacked. A file made of blocks, as ``CompressedFileWriter`` makes them, is unpacked on several threads.
package struct CompressedFileReader: ~Copyable {
    /// The format the file has, or was said to have.
    package let format: CompressedFormat
    private let path: FilePath
    private let content: any UnpackedContent
    private let sides: BothSides
    private let limit: Int
    /// What of the current block was not handed out yet; valid until the next block is asked for.
    private var rest = UnsafeRawBufferPointer(start: nil, count: 0)
    private var isAtEnd = false

    private init(
        _ path: FilePath, _ content: any UnpackedContent, _ sides: BothSides, _ format: CompressedFormat, limit: Int
    ) {
        self.path = path
        self.content = content
        self.sides = sides
        self.format = format
        self.limit = limit
    }

    /// Opens a file of the given format or, without one, of the format its first bytes tell.
    ///
    /// Give the format where it is known: a file whose first four bytes are lost or altered would else count as plain.
    /// `limit` is the most bytes of content that may come out, `threads` how many work beside the caller at most.
    ///
    /// - Throws: ``ArchiveError`` when the file cannot be read or is damaged at its start.
    package static func open(
        _ path: FilePath, as format: CompressedFormat? = nil, limit: Int, threads: Int = .max
    ) throws(ArchiveError) -> CompressedFileReader {
        let sides: BothSides
        do throws(DigestError) { sides = try BothSides() } catch { throw .failed("decompress", path, error) }
        let file = try StoredFile(path)
        let input = CompressedInput(file, sides: sides)
        let detected = try input.detectFormat()
        if let format, format != .plain, format != detected {
            throw .damaged("decompress", path, "it is not a \(format) file, or is cut short")
        }
        let actual = format ?? detected
        let content = try unpack(input, as: actual, sides: sides, threads: threads)
        return CompressedFileReader(path, content, sides, actual, limit: limit)
    }

    /// The content of a file, by the quickest way there is; nothing may have been taken from the input yet.
    static func unpack(
        _ input: CompressedInput, as format: CompressedFormat, sides: BothSides, threads: Int = .max
    ) throws(ArchiveError) -> any UnpackedContent {
        if let index = try BlockIndex.of(input.file, format) {
            return BlockContent(input.file, format, index, sides: sides, threads: threads)
        }
        return try StreamContent(input, format)
    }

    /// Unpacks the next bytes into a buffer; 0 means that the end was reached and all was right.
    ///
    /// - Throws: ``ArchiveError``, of kind `damaged` or `overLimit` by what the file holds.
    package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        while rest.isEmpty && !isAtEnd { try advance() }
        let count = min(rest.count, buffer.count)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
        rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        return count
    }

    /// Unpacks what was not read yet, to check it, and tells both sides of the file.
    ///
    /// - Throws: ``ArchiveError``, of kind `damaged` or `overLimit` by what the file holds.
    package consuming func finish() throws(ArchiveError) -> CompressedFileFacts {
        while !isAtEnd { try advance() }
        do throws(DigestError) { return try sides.finish() } catch { throw .failed("decompress", path, error) }
    }

    /// How many stored bytes were read so far, for progress.
    package var storedBytesRead: Int { content.storedBytesRead }

    private mutating func advance() throws(ArchiveError) {
        guard let block = try content.next() else {
            isAtEnd = true
            return
        }
        guard block.count <= limit - sides.contentCount else {
            throw ArchiveError(
                kind: .overLimit, operation: "decompress", path: path, code: 0,
                message: "it unpacks to more than the \(limit) bytes that are allowed")
        }
        do throws(DigestError) { try sides.passContent(block) } catch { throw .failed("decompress", path, error) }
        rest = block
    }
}
