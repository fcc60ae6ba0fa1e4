/// The content of one entry of a zip archive.
struct ZipContent {
    let file: StoredFile
    let entry: ZipEntry
    let range: Range<Int>

    /// Hands over the content piece by piece, and makes sure that it has the size and the checksum that are stated.
    func pass(to take: (UnsafeRawBufferPointer) throws -> Void) throws {
        var (count, crc) = (0, CRC32())
        try blocks { block in
            try Task.checkCancellation()
            guard block.count <= entry.size - count else { throw problem("holds more than it says") }
            count += block.count
            crc.update(block)
            try take(block)
        }
        guard count == entry.size else { throw problem("holds less than it says") }
        guard crc.value == entry.crc else { throw problem("does not have the checksum (CRC-32) that is stated") }
    }

    private func blocks(_ take: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard entry.method == 8 else {
            guard entry.compressedSize == entry.size else { throw problem("has two sizes and is not packed") }
            let input = CompressedInput(file, range)
            while case let block = try input.next(), !block.isEmpty { try take(block) }
            return
        }
        // A gzip file around the same bytes, which libarchive unpacks; it does not look at the trailer.
        let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        let trailer = [UInt8](repeating: 0, count: GzipTrailer.byteCount)
        let stream = try RawStream.open(CompressedInput(file, range, before: header, after: trailer), .only(.gzip))
        do throws(ArchiveError) {
            guard try stream.hasContent() else { return }
        } catch {
            throw problem(error.message)
        }
        while let block = try next(of: stream) { try take(block) }
        guard stream.consumed == header.count + range.count + trailer.count else {
            throw problem("holds other bytes after its packed content")
        }
    }

    private func next(of stream: borrowing RawStream) throws -> UnsafeRawBufferPointer? {
        do throws(ArchiveError) {
            return try stream.next()
        } catch {
            if error.kind == .damaged { throw problem(error.message) }
            throw error
        }
    }

    private func problem(_ message: String) -> EntryProblem { EntryProblem(name: entry.name, fault: .damaged(message)) }
}
