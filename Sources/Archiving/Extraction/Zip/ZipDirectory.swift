/// The list of entries at the end of a zip archive (APPNOTE.TXT, sections 4.3.12 to 4.3.16).
struct ZipDirectory {
    private static let endLength = 22
    private static let longestComment = 65_535
    private static let (locatorLength, wideEndLength) = (20, 56)
    /// A list of this many bytes is read into memory.
    private static let longest = 128 << 20

    /// The entries, and where in the file the content of each lies.
    let entries: [(entry: ZipEntry, content: Range<Int>)]

    /// Reads the list and compares it with what is said beside each entry's content.
    ///
    /// - Throws: ``EntryProblem``, ``ArchiveError``.
    init(of file: StoredFile, limit: Int) throws {
        let end = try Self.findEnd(file)
        guard end.count <= limit else {
            throw Self.problem(.overLimit("holds \(end.count) entries; \(limit) are allowed"))
        }
        let directory = ZipBytes(bytes: try Self.read(file, end.start..<end.end))
        var entries: [(entry: ZipEntry, content: Range<Int>)] = []
        var offset = 0
        for _ in 0..<end.count {
            let entry: ZipEntry
            do throws(EntryFault) { entry = try ZipEntry(directory, at: offset) } catch { throw Self.problem(error) }
            entries.append((entry, try entry.contentRange(in: file, before: end.start)))
            offset += ZipEntry.length(directory, at: offset)
        }
        guard offset == directory.bytes.count else {
            throw Self.problem(.damaged("holds another number of entries than it says"))
        }
        try Self.checkOverlaps(entries)
        self.entries = entries
    }

    /// Two entries that share bytes are how a small archive unpacks to a huge one.
    private static func checkOverlaps(_ entries: [(entry: ZipEntry, content: Range<Int>)]) throws {
        let sorted = entries.sorted { $0.entry.localOffset < $1.entry.localOffset }
        for (one, next) in zip(sorted, sorted.dropFirst()) where next.entry.localOffset < one.content.upperBound {
            throw EntryProblem(name: next.entry.name, fault: .unsafe("shares bytes with another entry"))
        }
    }

    private static func findEnd(_ file: StoredFile) throws -> (start: Int, end: Int, count: Int) {
        let size = try file.size()
        let tailStart = max(0, size - endLength - longestComment - locatorLength - wideEndLength)
        let tail = ZipBytes(bytes: try read(file, tailStart..<size))
        // The comment's length has to lead to the end of the file.
        var offset = tail.bytes.count - endLength
        while offset >= 0 {
            if tail.hasSignature((5, 6), at: offset),
                offset + endLength + tail.number16(offset + 20) == tail.bytes.count
            {
                break
            }
            offset -= 1
        }
        guard offset >= 0 else { throw problem(.damaged("is cut short: its list of entries is missing")) }
        guard tail.number16(offset + 4) == 0, tail.number16(offset + 6) == 0 else {
            throw problem(.unsupported("goes on in another volume"))
        }
        var (count, length, start) = (
            tail.number16(offset + 10), tail.number32(offset + 12), tail.number32(offset + 16)
        )
        var end = tailStart + offset
        let locator = offset - locatorLength
        if locator >= 0, tail.hasSignature((6, 7), at: locator) {
            let wide = locator - wideEndLength
            guard wide >= 0, tail.hasSignature((6, 6), at: wide), let wideCount = tail.number64(wide + 32),
                let wideLength = tail.number64(wide + 40), let wideStart = tail.number64(wide + 48)
            else { throw problem(.damaged("has a list of entries that cannot be found")) }
            (count, length, start, end) = (wideCount, wideLength, wideStart, tailStart + wide)
        }
        guard length <= longest, start <= end, end - start == length else {
            throw problem(.damaged("has a list of entries that is not where it says"))
        }
        return (start, end, count)
    }

    private static func read(_ file: StoredFile, _ range: Range<Int>) throws -> [UInt8] {
        var failure: ArchiveError?
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            do throws(ArchiveError) {
                count = try file.readAll(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard bytes.count == range.count else { throw problem(.damaged("is cut short")) }
        return bytes
    }

    private static func problem(_ fault: EntryFault) -> EntryProblem { EntryProblem(name: nil, fault: fault) }
}
