internal import Digests

/// The content of a file that is made of blocks, unpacked on several threads.
final class BlockContent: UnpackedContent {
    private let file: StoredFile
    private let sides: BothSides
    private let index: BlockIndex
    private let pipeline: BlockPipeline
    private var submitted = 0
    private(set) var storedBytesRead = 0

    init(_ file: StoredFile, _ format: CompressedFormat, _ index: BlockIndex, sides: BothSides, threads: Int) {
        self.file = file
        self.sides = sides
        self.index = index
        let unpacking = BlockUnpacking(format: format, path: file.path)
        pipeline = BlockPipeline(
            threads: min(WorkerThread.coreCount, 8, threads), inputCapacity: index.largestStored,
            outputCapacity: index.largestContent
        ) { block, output throws(ArchiveError) in try unpacking.unpack(block, into: output) }
    }

    func next() throws(ArchiveError) -> UnsafeRawBufferPointer? {
        // The block that was handed out last may be used again now: its bytes were read.
        while submitted < index.ranges.count, !pipeline.isFull { try submit(index.ranges[submitted]) }
        return pipeline.isEmpty ? nil : try pipeline.take()
    }

    private func submit(_ range: Range<Int>) throws(ArchiveError) {
        let room = UnsafeMutableRawBufferPointer(rebasing: pipeline.room[..<range.count])
        guard try file.readAll(into: room, at: range.lowerBound) == range.count else {
            throw .damaged("decompress", file.path, "the file is cut short")
        }
        do throws(DigestError) { try sides.passStored(UnsafeRawBufferPointer(room)) } catch {
            throw .failed("decompress", file.path, error)
        }
        storedBytesRead += range.count
        submitted += 1
        pipeline.submit(range.count, isLast: submitted == index.ranges.count)
    }
}
