import DatabasePluginTesting
import DurableFiles
import Foundation
import Glibc
import Maintenance
import PluginKit
import SystemPackage
import Testing

@Suite("The room for a vacuum", .enabled(if: SmallDisk.canMount, "needs the right to mount"))
struct VacuumRoomTests {
    @Test("too little of it beside the database is said before anything is written", arguments: [true, false])
    func beside(_ isDryRun: Bool) async throws {
        let trial = try Trial()
        try trial.makeSparse(journal: "delete")
        let disk = try SmallDisk(at: trial.folder.appending("small"), size: 1_500_000)
        let path = disk.folder.appending("app.db")
        try FileManager.default.moveItem(atPath: trial.database.string, toPath: path.string)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path.string))
        let record = try await trial.perform(dryRun: isDryRun, database: path)
        #expect(record.outcome == .critical && record.summary.contains("no room"), "\(record.summary)")
        #expect(record.summary.contains(disk.folder.string) && record.measured("free_pages_before") != nil)
        #expect(try Folder.entries(of: disk.folder) == ["app.db"])
        #expect(try Data(contentsOf: URL(fileURLWithPath: path.string)) == bytes)
    }

    @Test("a file that may not be written is refused, also by a dry run", arguments: [true, false])
    func readOnly(_ isDryRun: Bool) async throws {
        let trial = try Trial()
        try trial.makeSparse(journal: "delete")
        let disk = try SmallDisk(at: trial.folder.appending("small"), size: 10_000_000)
        let path = disk.folder.appending("app.db")
        try FileManager.default.moveItem(atPath: trial.database.string, toPath: path.string)
        try disk.makeReadOnly()
        let record = try await trial.perform(dryRun: isDryRun, database: path)
        #expect(record.outcome == .critical && record.summary.contains(path.string), "\(record.summary)")
        #expect(record.summary.contains("as its owner") || record.summary.contains("as the owner"))
    }

    /// In a process of its own: SQLite reads the variable once.
    @Test("too little of it for temporary files is said too") func temporary() async {
        await #expect(processExitsWith: .success) {
            let trial = try Trial()
            let disk = try SmallDisk(at: trial.folder.appending("small"), size: 100_000)
            setenv("SQLITE_TMPDIR", disk.folder.string, 1)
            try trial.makeSparse()
            let files = try trial.files()
            let record = try await trial.perform()
            #expect(record.outcome == .critical && record.summary.contains("no room"), "\(record.summary)")
            #expect(record.summary.contains(disk.folder.string) && record.summary.contains("SQLITE_TMPDIR"))
            #expect(try trial.files() == files)
        }
    }

    @Test("a temporary folder on the disk of the database needs room for both") func sameDisk() async {
        await #expect(processExitsWith: .success) {
            let trial = try Trial()
            let disk = try SmallDisk(at: trial.folder.appending("small"), size: 2_240_000)
            try trial.makeSparse(journal: "delete")
            let path = disk.folder.appending("app.db")
            try FileManager.default.moveItem(atPath: trial.database.string, toPath: path.string)
            let apart = try await trial.perform(dryRun: true, database: path)
            #expect(apart.outcome == .ok, "\(apart.summary)")
            setenv("SQLITE_TMPDIR", disk.folder.string, 1)
            let together = try await trial.perform(dryRun: true, database: path)
            #expect(together.summary.contains("no room"), "\(together.summary)")
        }
    }
}

/// A file system in memory of a few bytes, unmounted with the last reference to it.
final class SmallDisk {
    let folder: FilePath

    init(at folder: FilePath, size: Int) throws {
        self.folder = folder
        try Folder.create(folder)
        let options = "size=\(size)"
        guard mount("tmpfs", folder.string, "tmpfs", 0, options) == 0 else {
            throw TrialError(description: "mount: \(errno)")
        }
    }

    func makeReadOnly() throws {
        guard mount("tmpfs", folder.string, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0 else {
            throw TrialError(description: "remount: \(errno)")
        }
    }

    deinit {
        // Lazily: a mount that stays would make the removal of the folder fail.
        umount2(folder.string, Int32(MNT_DETACH))
    }

    static let canMount: Bool = {
        guard geteuid() == 0, let trial = try? Trial() else { return false }
        // Failing is an answer, not an error.
        return (try? SmallDisk(at: trial.folder.appending("small"), size: 4_096)) != nil
    }()
}
