import Archiving
import DurableFiles
import Foundation
import Glibc
import SQLiteFile
import SystemPackage

/// A copy of the database at one instant, and what the live database said of itself at that instant.
struct TakenSnapshot {
    let instant: Date
    let path: FilePath
    let facts: SQLiteFacts
    let copy: CopyReport
    /// Of the live database; nil where reading it there would have held up the service.
    let tables: [TableContents]?
    /// What the live database's rows said when they could not be read.
    let damage: String?
}

extension BackupMaker {
    /// Up to this size a database without WAL is read a second time under the lock that holds up commits.
    private static let smallDatabase: Int64 = 64 << 20
    private static let chunk = 1 << 20

    /// Copies the database and hashes its rows in one and the same read transaction.
    ///
    /// The copy would be the same without the hashes; they prove that no byte changed on the way to the disk and back.
    func takeSnapshot(from connection: SQLiteConnection, to path: FilePath) throws -> TakenSnapshot {
        observe(.copying, 0)
        return try connection.withSnapshot {
            let instant = now().inMilliseconds
            let facts = try connection.facts()
            try checkRoom(for: Int(facts.databaseBytes))
            let copy = try connection.copy(to: path, options: request.copy) { progress in
                observe(.copying, BackupStage.copying.overall(progress.fraction * 0.8))
            }
            var tables: [TableContents]?
            var damage: String?
            let isBrief = facts.journalMode == "wal" || facts.databaseBytes <= Self.smallDatabase
            if isBrief, !copy.passedWALLimit {
                do {
                    tables = try connection.contents()
                } catch let error as SQLiteFileError where error.kind == .damaged {
                    damage = error.description
                }
            }
            return TakenSnapshot(
                instant: instant, path: path, facts: facts, copy: copy, tables: tables, damage: damage)
        }
    }

    /// Compresses the copy, and makes sure that the device has it and that the page cache does not.
    func compress(_ copy: FilePath, into data: borrowing TemporaryFile) throws -> CompressedFileFacts {
        let input = try OpenFile.reading(copy)
        let total = try input.facts().size
        var writer = try CompressedFileWriter.begin(request.compression, into: data.descriptor, path: data.path)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunk, alignment: 4096)
        defer { buffer.deallocate() }
        var done = 0
        while case let count = try input.read(into: buffer), count > 0 {
            try Task.checkCancellation()
            try checkDeadline(during: "compress")
            try writer.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            done += count
            observe(.compressing, BackupStage.compressing.overall(Double(done) / Double(max(total, 1))))
        }
        let facts = try writer.finish()
        guard fsync(data.descriptor.rawValue) == 0 else {
            throw FileError(operation: "sync", path: data.path, errno: Errno(rawValue: errno))
        }
        // So that reading it back asks the device; where the system declines, the check is only less strict.
        _ = posix_fadvise(data.descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED)
        return facts
    }

    func checkDeadline(during operation: String) throws {
        guard let deadline = request.deadline, ContinuousClock.now >= deadline else { return }
        throw SQLiteFileError(.deadlinePassed, at: request.source, during: operation)
    }
}
