import DurableFiles
import Maintenance
import PluginKit
import SQLiteFile
import SystemPackage

/// Whether the file systems that a vacuum writes to have the room it may need.
///
/// VACUUM builds the new database in a temporary file, and writes it once more to the WAL, or the old one to a journal.
struct VacuumRoom {
    let needed: VacuumSpace

    /// - Throws: ``TaskFailure`` that says where room is missing, and how much; `FileError` where nobody can tell.
    func require() throws {
        guard let temporary = needed.temporaryFolder else {
            throw TaskFailure(
                .critical, "VACUUM needs a folder for temporary files: set SQLITE_TMPDIR to one that can be written")
        }
        let beside = try DiskSpace.available(at: needed.databaseFolder)
        let elsewhere = try DiskSpace.available(at: temporary)
        if beside.device == elsewhere.device {
            try Self.require(
                needed.databaseBytes + needed.temporaryBytes, of: beside, at: needed.databaseFolder,
                advice: "free space there, or set SQLITE_TMPDIR to a folder of another file system")
        } else {
            try Self.require(
                needed.databaseBytes, of: beside, at: needed.databaseFolder, advice: "free space there")
            try Self.require(
                needed.temporaryBytes, of: elsewhere, at: temporary,
                advice: "free space there, or set SQLITE_TMPDIR to a folder with more room")
        }
    }

    private static func require(_ bytes: Int64, of space: DiskSpace, at folder: FilePath, advice: String) throws {
        let available = Int64(space.availableBytes)
        guard available < bytes else { return }
        throw TaskFailure(
            .critical,
            "no room to vacuum: it may need \(ByteSize(bytes: bytes)) in \(folder), "
                + "where \(ByteSize(bytes: available)) are free; \(advice)")
    }
}
