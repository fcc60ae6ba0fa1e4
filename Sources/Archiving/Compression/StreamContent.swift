/// What a compressed file unpacks to, block by block.
protocol UnpackedContent: AnyObject {
    /// The next bytes, valid until the ones after them are asked for; nothing at the end, when all was right.
    func next() throws(ArchiveError) -> UnsafeRawBufferPointer?
    /// How many stored bytes were read so far.
    var storedBytesRead: Int { get }
}

/// The content of a file of any make, unpacked as one stream.
final class StreamContent: UnpackedContent {
    private let stream: RawStream
    private let format: CompressedFormat
    private var isAtEnd = false

    init(_ input: CompressedInput, _ format: CompressedFormat) throws(ArchiveError) {
        self.format = format
        if format == .gzip { input.trailers = GzipTrailers() }
        stream = try RawStream.open(input, .only(format))
        if try !stream.hasContent() {
            try confirmEmptiness()
            try end()
        }
    }

    var storedBytesRead: Int { stream.input.storedCount }

    func next() throws(ArchiveError) -> UnsafeRawBufferPointer? {
        if isAtEnd { return nil }
        guard let block = try stream.next() else {
            try end()
            return nil
        }
        let input = stream.input
        try input.trailers?.noteContent(block, consumed: stream.consumed) { stored, length throws(ArchiveError) in
            try Self.unpacks(stored, of: input.file, to: length)
        }
        return block
    }

    private func end() throws(ArchiveError) {
        let input = stream.input
        // libarchive stops at the end of the compressed stream, which need not be that of the file.
        guard try input.next().isEmpty else { throw .damaged("decompress", input.file.path, GzipTrailers.bytesFollow) }
        if let fault = input.trailers?.fault(consumed: stream.consumed) {
            throw .damaged("decompress", input.file.path, fault)
        }
        isAtEnd = true
    }

    /// Makes sure that a stream which seems to hold nothing is one, and not one that is damaged at its start.
    private func confirmEmptiness() throws(ArchiveError) {
        guard format != .plain else { return }
        let file = stream.input.file
        let second = try RawStream.open(CompressedInput(file), .found)
        guard try !second.hasContent(), second.found(format) else {
            throw .damaged("decompress", file.path, "the file is cut short")
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
