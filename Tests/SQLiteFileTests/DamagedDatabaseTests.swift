import DurableFiles
import SQLiteFile
import SystemPackage
import Testing

@Suite("Damaged databases", .enabled(if: hasProgram("xz"), "needs xz"))
struct DamagedDatabaseTests {
    @Test("the corpus is there") func count() { #expect(DamagedDatabase.all.count == 37) }

    @Test("get the right verdict and stay as they are", arguments: DamagedDatabase.all)
    func verdict(_ database: DamagedDatabase) throws {
        let scratch = try Scratch()
        let path = try database.unpack(into: scratch)
        let before = try hashes(of: Folder.parent(of: path))
        let report = try SQLiteFile(path: path).check([.integrity, .foreignKeys], scratch: scratch.folder)
        #expect(database.accepted.contains(report.verdict.rawValue), "\(report)")
        #expect(report.findings.isEmpty == (report.verdict == .ok))
        let after = try hashes(of: Folder.parent(of: path))
        #expect(after == before && after == database.files.filter { !$0.key.hasSuffix("-shm") })
        #expect(try Folder.entries(of: scratch.folder).filter { $0.hasPrefix("ronde-check") }.isEmpty)
    }

    @Test(
        "are read, copied and exported, or refused with a typed error, and stay as they are",
        arguments: DamagedDatabase.all)
    func reading(_ database: DamagedDatabase) throws {
        let scratch = try Scratch()
        let path = try database.unpack(into: scratch)
        let before = try hashes(of: Folder.parent(of: path))
        let copy = scratch.path("copy.db")
        var text: [UInt8] = []
        let operations: [(SQLiteConnection) throws -> Void] = [
            { _ = try $0.facts() }, { _ = try $0.contents() }, { _ = try $0.copy(to: copy) },
            { try $0.dumpSQL { text.append(contentsOf: $0) } }, { _ = try $0.check(.quick) },
            { _ = try $0.vacuumSpaceNeeded() },
        ]
        for operation in operations {
            do {
                try operation(SQLiteFile(path: path).open())
            } catch let error as SQLiteFileError {
                #expect([.damaged, .notADatabase, .unfinishedWrite].contains(error.kind), "\(error)")
            }
        }
        #expect(try hashes(of: Folder.parent(of: path)) == before)
        // A text that is whole was made from rows that could all be read.
        if text.suffix(8).elementsEqual("COMMIT;\n".utf8), let users = database.countUsers {
            let rows = String(decoding: text, as: UTF8.self).split(separator: "INSERT INTO \"users\" ").count - 1
            #expect(rows == users)
        }
        if database.verdict == "ok", database.countUsers == 1200, database.name != "hot-journal" {
            #expect(try SQLiteFile(path: copy).check(.integrity).verdict == .ok)
        }
    }

    @Test("are maintained or refused with a typed error", arguments: DamagedDatabase.all)
    func maintaining(_ database: DamagedDatabase) throws {
        let operations: [(SQLiteConnection) throws -> Void] = [
            { _ = try $0.vacuum() }, { _ = try $0.analyze() }, { _ = try $0.optimize() },
        ]
        for operation in operations {
            let scratch = try Scratch()
            let path = try database.unpack(into: scratch)
            do {
                try operation(SQLiteFile(path: path).open(mode: .readWrite))
            } catch let error as SQLiteFileError {
                #expect([.damaged, .notADatabase, .unfinishedWrite, .other].contains(error.kind), "\(error)")
            }
        }
    }
}
