internal import Digests
internal import Glibc
package import SystemPackage

/// Compresses one stream of bytes into an open file, on several threads.
///
/// The content is cut into blocks, which become gzip members or zstd frames of their own, so that the output does not
/// depend on how many threads there are; any `gunzip` or `zstd` reads it. Only a stream whose ``finish()`` returned is
/// whole, and before that what is in the file is no whole stream. The same bytes and settings give the same output: no
/// time and no name is in it. zstd output made here has no checksum of its own, so a flipped bit in it may unpack
/// without an error: compare with the digest of ``CompressedFileFacts``.
package struct CompressedFileWriter: ~Copyable {
    private let output: CompressedOutput
    private let blockLength: Int
    /// Nothing for what is not compressed.
    private let pipeline: BlockPipeline?
    /// How many bytes of the block that is being filled are there.
    private var filled = 0

    private init(_ compression: BlockCompression, output: CompressedOutput) {
        self.output = output
        blockLength = compression.blockLength
        pipeline =
            compression.compression == .none
            ? nil
            : BlockPipeline(
                threads: compression.threads, inputCapacity: compression.blockLength,
                outputCapacity: compression.outputLength
            ) { block, output throws(ArchiveError) in try compression.compress(block, into: output) }
    }

    /// Starts a stream at the current position of a file that its owner keeps open until the stream is finished.
    ///
    /// `path` is what errors name; `threads` is how many work beside the caller at most. Nothing is synced: that is for
    /// the owner of the file, after ``finish()``.
    ///
    /// - Throws: ``ArchiveError`` when the compression's numbers are out of range or there is no memory.
    package static func begin(
        _ compression: Compression, into descriptor: FileDescriptor, path: FilePath, threads: Int = .max
    ) throws(ArchiveError) -> CompressedFileWriter {
        let blocks = BlockCompression(compression: compression, path: path, threadLimit: threads)
        try blocks.validate()
        do throws(DigestError) {
            return CompressedFileWriter(
                blocks, output: CompressedOutput(descriptor, path: path, sides: try BothSides()))
        } catch {
            throw .failed("compress", path, error)
        }
    }

    /// Compresses the next bytes.
    ///
    /// - Throws: ``ArchiveError`` when the disk is full or fails, which may concern bytes of an earlier call.
    package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        guard !bytes.isEmpty else { return }
        do throws(DigestError) { try output.sides.passContent(bytes) } catch {
            throw .failed("compress", output.path, error)
        }
        guard let pipeline else { return try output.write(bytes) }
        var rest = bytes
        while !rest.isEmpty {
            // A full block waits for a byte after it, which tells that it is not the last one.
            if filled == blockLength { try pass(isLast: false, to: pipeline) }
            let room = UnsafeMutableRawBufferPointer(rebasing: pipeline.room[filled..<blockLength])
            let count = min(room.count, rest.count)
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            filled += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Compresses the next bytes.
    ///
    /// - Throws: ``ArchiveError`` when the disk is full or fails, which may concern bytes of an earlier call.
    package mutating func write(_ bytes: [UInt8]) throws(ArchiveError) {
        // A typed error does not pass through the closure of an array.
        var failure: ArchiveError?
        bytes.withUnsafeBytes { buffer in
            do throws(ArchiveError) { try write(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Ends the stream and tells both of its sides; the file is complete but not yet synced.
    ///
    /// - Throws: ``ArchiveError`` when the disk is full or fails.
    package consuming func finish() throws(ArchiveError) -> CompressedFileFacts {
        if let pipeline {
            // Nothing at all is a block too.
            try pass(isLast: true, to: pipeline)
            while !pipeline.isEmpty { try output.writeHoldingBack(pipeline.take()) }
            try output.writeHeldBack()
        }
        do throws(DigestError) { return try output.sides.finish() } catch {
            throw .failed("compress", output.path, error)
        }
    }

    private mutating func pass(isLast: Bool, to pipeline: BlockPipeline) throws(ArchiveError) {
        pipeline.submit(filled, isLast: isLast)
        filled = 0
        if pipeline.isFull { try output.writeHoldingBack(pipeline.take()) }
    }
}
