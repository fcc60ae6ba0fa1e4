import Archiving
import DurableFiles
import Glibc
import SystemPackage

/// Compresses a copy and proves that what is on the device unpacks to it.
struct Packing {
    private static let chunk = 1 << 18

    let maker: BackupMaker
    let copy: FilePath
    /// A file that its owner keeps open.
    let descriptor: FileDescriptor
    let path: FilePath
    /// On how many threads at most, beside the one that it is called on.
    let threads: Int

    private var request: BackupRequest { maker.request }

    /// - Throws: ``VerificationFailure/different(_:)`` when it unpacks to something else; other errors when it could
    ///   not be written or read.
    func run() throws -> CompressedFileFacts {
        let facts = try compress()
        try settle()
        maker.observe(.verifying, BackupStage.verifying.overall(0))
        guard try unpack(facts) == facts else {
            throw VerificationFailure.different("what was read back has another SHA-256 than what was written")
        }
        return facts
    }

    private func compress() throws -> CompressedFileFacts {
        let input = try OpenFile.reading(copy)
        let total = try input.facts().size
        var writer = try CompressedFileWriter.begin(request.compression, into: descriptor, path: path, threads: threads)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunk, alignment: 4096)
        defer { buffer.deallocate() }
        let pace = Pace(request.bandwidth)
        var behind = WriteBehind(descriptor, forgets: true)
        var done = 0
        while case let count = try input.read(into: buffer), count > 0 {
            try checkStop(during: "compress")
            try writer.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            let written = lseek(descriptor.rawValue, 0, SEEK_CUR)
            behind.advance(to: Int64(written))
            pace.wait(for: Int(written)) { isStopped }
            done += count
            maker.observe(.compressing, BackupStage.compressing.overall(Double(done) / Double(max(total, 1))))
        }
        return try writer.finish()
    }

    /// Makes sure that the device has the file and that the page cache does not.
    private func settle() throws {
        guard fsync(descriptor.rawValue) == 0 else {
            throw FileError(operation: "sync", path: path, errno: Errno(rawValue: errno))
        }
        // So that reading it back asks the device; where the system declines, the check is only less strict.
        _ = posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED)
    }

    /// Unpacks to nowhere.
    private func unpack(_ facts: CompressedFileFacts) throws -> CompressedFileFacts {
        do {
            var reader = try CompressedFileReader.open(
                path, as: request.compression.format, limit: facts.uncompressedBytes, threads: threads)
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunk, alignment: 4096)
            defer { buffer.deallocate() }
            var done = 0
            while case let count = try reader.read(into: buffer), count > 0 {
                try checkStop(during: "verify")
                done += count
                let share = Double(done) / Double(max(facts.uncompressedBytes, 1))
                maker.observe(.verifying, BackupStage.verifying.overall(share))
            }
            return try reader.finish()
        } catch let error as ArchiveError where error.kind != .failed {
            throw VerificationFailure.different(error.message)
        }
    }

    private var isStopped: Bool {
        Task.isCancelled || request.deadline.map { ContinuousClock.now >= $0 } ?? false
    }

    private func checkStop(during operation: String) throws {
        try Task.checkCancellation()
        try request.checkDeadline(during: operation)
    }
}
