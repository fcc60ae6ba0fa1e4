import DurableFiles
import Foundation
import SQLiteFile
import Salvage
import SystemPackage
import Testing

@Suite("The corpus of damaged databases")
struct CorpusTests {
    @Test("is there") func count() { #expect(DamagedDatabase.all.count == 37) }

    @Test("is saved as well as by the shell or better, and stays as it is", arguments: DamagedDatabase.all)
    func salvage(_ database: DamagedDatabase) throws {
        let scratch = try Scratch()
        let path = try database.unpack(into: scratch)
        let before = try hashes(of: Folder.parent(of: path))
        var intact = 0
        do {
            let report = try scratch.repair(path)
            intact = try OriginalUsers.intact(in: scratch.path("new.db"))
            #expect(report.verdict <= .foreignKeys, "\(report)")
            #expect(try Connection(scratch.path("new.db")).text("PRAGMA integrity_check") == "ok")
            let users = report.tables.first { $0.name == "users" }
            let count = try Connection(scratch.path("new.db")).text("SELECT count(*) FROM users")
            #expect(users.map { "\($0.rows)" } == count)
        } catch let error as SalvageError {
            #expect(error.kind == .nothingFound, "\(error)")
            #expect(try FileFacts.of(scratch.path("new.db"), followingLinks: false) == nil)
        }
        #expect(intact >= database.intact)
        #expect(try hashes(of: Folder.parent(of: path)) == before)
        #expect(before.filter { !$0.key.hasSuffix("-shm") } == database.files.filter { !$0.key.hasSuffix("-shm") })
        #expect(try scratch.leftovers.isEmpty)
    }

    @Test(
        "is repaired by the smallest means that help",
        arguments: [
            ("p01", SalvageReport.Method.copied), ("p25", .copied), ("p29", .copied), ("p33", .copied),
            ("p15", .reindexed), ("p22", .reindexed), ("p13", .salvaged), ("p08", .salvaged),
        ])
    func method(_ id: String, _ method: SalvageReport.Method) throws {
        let scratch = try Scratch()
        let database = try #require(DamagedDatabase.all.first { $0.id == id })
        #expect(try scratch.repair(database.unpack(into: scratch)).method == method)
    }

    @Test(
        "names the rows that are lost for certain, and no more",
        arguments: [
            ("p13", 18), ("p14", 9), ("p16", 1), ("p17", 0), ("p18", 0), ("p19", 0), ("p20", 0), ("p21", 1),
            ("p23", 0), ("p28", 0),
        ])
    func lost(_ id: String, _ lost: Int) throws {
        let scratch = try Scratch()
        let database = try #require(DamagedDatabase.all.first { $0.id == id })
        let report = try scratch.repair(database.unpack(into: scratch))
        #expect(report.tables.first { $0.name == "users" }?.lostAtLeast == lost)
        #expect(report.tables.filter { $0.name != "users" }.allSatisfy { $0.lostAtLeast == 0 })
    }

    @Test(
        "has sidecars of other databases, which are left out, and its own, which count",
        arguments: [("p29", 1_250), ("p30", 1_240), ("p31", 1_200), ("p33", 1_200), ("p35", 1_200)])
    func sidecars(_ id: String, _ users: Int) throws {
        let scratch = try Scratch()
        let database = try #require(DamagedDatabase.all.first { $0.id == id })
        let report = try scratch.repair(database.unpack(into: scratch))
        #expect(report.tables.first { $0.name == "users" }?.rows == users)
        #expect(report.notes.contains { $0.contains("beside the file") })
    }
}
