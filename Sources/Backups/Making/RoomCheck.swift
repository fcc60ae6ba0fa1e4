import Archiving
import DurableFiles
import Maintenance
import SystemPackage

extension BackupMaker {
    /// What is to stay free when all is written, so that a full disk does not stop the service.
    private static let reserve = 16 << 20

    /// Refuses to begin where the disk could get full, which would hurt the service before it hurts the backup.
    ///
    /// - Parameter bytes: the size of the database.
    /// - Throws: ``BackupError/noRoom(_:needed:available:purpose:)``, or `FileError` when the room cannot be told.
    func checkRoom(for bytes: Int) throws {
        let stored = largestStored(bytes)
        // What is encrypted waits in scratch space for that.
        let inScratch = bytes + (request.encryption == nil ? 0 : stored)
        let folder = try DiskSpace.available(at: primary)
        let scratch = try DiskSpace.available(at: request.scratch)
        let isShared = folder.device == scratch.device
        let inFolder = stored * (request.exportsSQL ? 2 : 1) + Self.reserve + (isShared ? inScratch : 0)
        let size = ByteSize(bytes: Int64(bytes))
        let purpose = "a backup of a database of \(size)" + (isShared ? " and an unpacked copy of it" : "")
        guard folder.availableBytes >= inFolder else {
            throw BackupError.noRoom(primary, needed: inFolder, available: folder.availableBytes, purpose: purpose)
        }
        guard isShared || scratch.availableBytes >= inScratch + Self.reserve else {
            throw BackupError.noRoom(
                request.scratch, needed: inScratch + Self.reserve, available: scratch.availableBytes,
                purpose: "an unpacked copy of a database of \(size)")
        }
    }

    /// The most that the compressed database can reasonably take: half as much again as the newest set's share, if
    /// there is one of the same compression; else what incompressible data would take.
    private func largestStored(_ bytes: Int) -> Int {
        let worst = bytes + bytes / 1000 + (1 << 20)
        guard let file = newestVerified?.files.first, file.uncompressedBytes > 0,
            Compression(file.compression)?.format == request.compression.format
        else { return worst }
        let share = Double(file.bytes) / Double(file.uncompressedBytes) * 1.5
        return min(worst, Int(share * Double(bytes)) + (1 << 20))
    }

    /// The newest set of this database that counts, in any folder.
    var newestVerified: BackupSet? {
        // A folder that cannot be read only makes an estimate or a message poorer.
        let sets = allKnownFolders.compactMap { folder in
            try? BackupInventory.read([folder], of: request.identity).newestVerified?.set
        }
        return sets.max { $0.instant < $1.instant }
    }
}
