/// The content of an archive file, read to the byte, metered against the budget, and cancellable.
final class ContentStream {
    private let content: any UnpackedContent
    private var budget: ExtractionBudget
    private let progress: (Int) -> Void
    /// What of the current block was not used yet; valid until the next block is asked for.
    private var rest = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The first bytes of all, which were looked at before the format was known.
    private var start: [UInt8] = []
    private var startUsed = 0

    /// `progress` hears how many stored bytes were read.
    init(_ content: any UnpackedContent, _ budget: ExtractionBudget, progress: @escaping (Int) -> Void) {
        self.content = content
        self.budget = budget
        self.progress = progress
    }

    /// The first bytes, as many as there are up to `count`, without using them; for once, before anything is read.
    func peek(_ count: Int) throws -> [UInt8] {
        while start.count < count, try fill() {
            let part = min(count - start.count, rest.count)
            start += rest[..<part]
            rest = UnsafeRawBufferPointer(rebasing: rest[part...])
        }
        return start
    }

    /// The next bytes, fewer only at the end.
    func read(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        _ = try pass(count) { bytes += $0 }
        return bytes
    }

    /// Hands over the next bytes piece by piece, and says how many there were: fewer than `count` only at the end.
    func pass(_ count: Int, to take: (UnsafeRawBufferPointer) throws -> Void) throws -> Int {
        var passed = 0
        if startUsed < start.count {
            passed = min(count, start.count - startUsed)
            try start[startUsed..<(startUsed + passed)].withUnsafeBytes(take)
            startUsed += passed
        }
        while passed < count, try fill() {
            let part = min(count - passed, rest.count)
            try take(UnsafeRawBufferPointer(rebasing: rest[..<part]))
            rest = UnsafeRawBufferPointer(rebasing: rest[part...])
            passed += part
        }
        return passed
    }

    private func fill() throws -> Bool {
        while rest.isEmpty {
            try Task.checkCancellation()
            guard let block = try content.next() else { return false }
            do throws(EntryFault) { try budget.take(block.count) } catch {
                throw EntryProblem(name: nil, fault: error)
            }
            progress(content.storedBytesRead)
            rest = block
        }
        return true
    }
}

/// A file of a format that only archives come in, unpacked as one stream.
final class ForeignContent: UnpackedContent {
    private let stream: RawStream

    init(_ input: CompressedInput, _ filter: RawStream.Filters) throws(ArchiveError) {
        stream = try RawStream.open(input, filter)
        guard try stream.hasContent() else {
            throw .damaged("decompress", input.file.path, "it is empty or cut short")
        }
    }

    var storedBytesRead: Int { stream.input.storedCount }

    func next() throws(ArchiveError) -> UnsafeRawBufferPointer? {
        if let block = try stream.next() { return block }
        let input = stream.input
        // libarchive stops at the end of the compressed stream, which need not be that of the file.
        guard try input.next().isEmpty, stream.consumed == input.storedCount else {
            throw .damaged("decompress", input.file.path, GzipTrailers.bytesFollow)
        }
        return nil
    }
}
