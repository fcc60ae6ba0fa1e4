internal import Digests
package import SystemPackage

/// Unpacks one file piece by piece, with a limit on what comes out.
///
/// Content is to be trusted only once the end was reached without an error: then the stream was whole, its checksums
/// (each member's of gzip, those that are there of zstd) were right and nothing followed it. Exactly one layer is
/// unpacked.
package struct CompressedFileReader: ~Copyable {
    /// The format the file has, or was said to have.
    package let format: CompressedFormat
    private let stream: RawStream
    private let sides: BothSides
    private let limit: Int
    /// What of the current block was not handed out yet; valid until the next block is asked for.
    private var rest = UnsafeRawBufferPointer(start: nil, count: 0)
    private var isAtEnd = false

    private init(_ stream: consuming RawStream, _ sides: BothSides, _ format: CompressedFormat, limit: Int) {
        self.stream = stream
        self.sides = sides
        self.format = format
        self.limit = limit
    }

    /// Opens a file of the given format or, without one, of the format its first bytes tell.
    ///
    /// Give the format where it is known: a file whose first four bytes are lost or altered would else count as plain.
    /// `limit` is the most bytes of content that may come out.
    ///
    /// - Throws: ``ArchiveError`` when the file cannot be read or is damaged at its start.
    package static func open(
        _ path: FilePath, as format: CompressedFormat? = nil, limit: Int
    ) throws(ArchiveError) -> CompressedFileReader {
        let sides: BothSides
        do throws(DigestError) { sides = try BothSides() } catch { throw .failed("decompress", path, error) }
        let input = CompressedInput(try StoredFile(path), sides: sides)
        let detected = try input.detectFormat()
        if let format, format != .plain, format != detected {
            throw .damaged("decompress", path, "it is not a \(format) file, or is cut short")
        }
        if (format ?? detected) == .gzip { input.trailers = GzipTrailers() }
        let stream = try RawStream.open(input, .only(format ?? detected))
        var reader = CompressedFileReader(stream, sides, format ?? detected, limit: limit)
        if try !reader.stream.hasContent() {
            try reader.confirmEmptiness()
            try reader.end()
        }
        return reader
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
    package var storedBytesRead: Int { stream.input.storedCount }

    private var path: FilePath { stream.input.file.path }

    private mutating func advance() throws(ArchiveError) {
        guard let block = try stream.next() else { return try end() }
        let input = stream.input
        try input.trailers?.noteContent(block, consumed: stream.consumed) { stored, length throws(ArchiveError) in
            try Self.unpacks(stored, of: input.file, to: length)
        }
        guard block.count <= limit - sides.contentCount else {
            throw ArchiveError(
                kind: .overLimit, operation: "decompress", path: path, code: 0,
                message: "it unpacks to more than the \(limit) bytes that are allowed")
        }
        do throws(DigestError) { try sides.passContent(block) } catch { throw .failed("decompress", path, error) }
        rest = block
    }

    private mutating func end() throws(ArchiveError) {
        // libarchive stops at the end of the compressed stream, which need not be that of the file.
        guard try stream.input.next().isEmpty else { throw .damaged("decompress", path, GzipTrailers.bytesFollow) }
        if let fault = stream.input.trailers?.fault(consumed: stream.consumed) {
            throw .damaged("decompress", path, fault)
        }
        isAtEnd = true
    }

    /// Makes sure that a stream which seems to hold nothing is one, and not one that is damaged at its start.
    private func confirmEmptiness() throws(ArchiveError) {
        guard format != .plain else { return }
        let second = try RawStream.open(CompressedInput(stream.input.file), .found)
        guard try !second.hasContent(), second.found(format) else {
            throw .damaged("decompress", path, "the file is cut short")
        }
    }

    /// Whether a range of a gzip file is whole by itself and unpacks to exactly so many bytes.
    private static func unpacks(_ stored: Range<Int>, of file: StoredFile, to length: Int) throws(ArchiveError) -> Bool
    {
        do throws(ArchiveError) {
            let stream = try RawStream.open(CompressedInput(file, stored), .only(.gzip))
            guard try stream.hasContent() else { return false }
            var count = 0
            while let block = try stream.next() {
                count += block.count
                if count > length { return false }
            }
            return count == length && stream.consumed == stored.count
        } catch {
            if error.kind == .damaged { return false }
            throw error
        }
    }
}
