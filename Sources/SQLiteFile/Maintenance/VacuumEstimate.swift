import DurableFiles
import Glibc
import SystemPackage

extension SQLiteConnection {
    /// How long a VACUUM would keep other connections from writing, on this disk as busy as it is now.
    ///
    /// A sample of at most 16 MB is written page by page and synced beside the database, in a file without a name.
    /// VACUUM writes all that is in use twice, reads it twice and syncs it once; the factors were measured on a database
    /// of 1 GB. Half or double that is what to expect, not a tenth of it.
    ///
    /// - Throws: ``SQLiteFileError``.
    package func vacuumEstimate() throws -> Duration {
        let facts = try facts()
        let used = facts.databaseBytes - facts.freeBytes
        let sample = Int(min(used, Int64(WriteSample.largest)))
        let beside = Folder.parent(of: resolvedPath)
        // Whoever only reads may not be allowed to write there; the folder of temporary files is the next best.
        let measured = try? WriteSample.measure(sample, in: beside)
        let elsewhere = measured == nil ? SQLiteFile.temporaryFolder() : nil
        // Without any sample the estimate is what the processor takes, which is the least.
        guard let took = measured ?? elsewhere.flatMap({ try? WriteSample.measure(sample, in: $0) }) else {
            return .seconds(Double(used) * Self.processorSecondsPerByte)
        }
        // Step by step: as one expression this takes the compiler minutes.
        let scale: Double = Double(used) / Double(max(sample, 1))
        let writing: Duration = took.writing * (scale * Self.writesPerByte)
        let syncing: Duration = took.syncing * scale
        let computing: Duration = .seconds(Double(used) * Self.processorSecondsPerByte)
        return writing + syncing + computing
    }

    /// Two writes, and two reads that cost a quarter of one each.
    private static let writesPerByte = 2.5
    private static let processorSecondsPerByte = 2.5e-9
}

/// What a little of the work of a VACUUM took.
private struct WriteSample {
    static let largest = 16 << 20
    let writing: Duration
    let syncing: Duration

    /// - Throws: `Errno`, also where the folder may not be written.
    static func measure(_ count: Int, in folder: FilePath) throws -> WriteSample {
        let name = folder.appending(".ronde-sample-\(getpid())-\(UInt32.random(in: .min ... .max))")
        let options: FileDescriptor.OpenOptions = [.create, .exclusiveCreate, .noFollow, .closeOnExec]
        let file = try FileDescriptor.open(name, .writeOnly, options: options, permissions: .ownerReadWrite)
        _ = name.withPlatformString { unlink($0) }
        return try file.closeAfter {
            let page = [UInt8](repeating: 0x5A, count: 4_096)
            let start = ContinuousClock.now
            try page.withUnsafeBytes { bytes in
                for _ in 0..<(count + 4_095) / 4_096 { try file.writeAll(bytes) }
            }
            let written = ContinuousClock.now
            guard fdatasync(file.rawValue) == 0 else { throw Errno(rawValue: errno) }
            return WriteSample(writing: written - start, syncing: .now - written)
        }
    }
}
