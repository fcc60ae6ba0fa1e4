import DurableFiles
import Foundation
import Salvage
import SystemPackage
import Testing

@Suite("A repair that cannot be")
struct RefusalTests {
    private func kind(_ body: () throws -> Void) -> SalvageError.Kind? {
        do {
            try body()
            return nil
        } catch {
            return (error as? SalvageError)?.kind
        }
    }

    @Test("names a missing file, a folder, a destination that exists")
    func paths() throws {
        let scratch = try Scratch()
        let path = scratch.path("app.db")
        try Service(rows: 5).make(path)
        #expect(kind { try scratch.repair(scratch.path("none.db")) } == .missing)
        #expect(kind { try scratch.repair(scratch.work) } == .notAFile)
        #expect(kind { try scratch.repair(path, into: "app.db") } == .alreadyExists)
        #expect(try Folder.entries(of: scratch.folder) == ["app.db", "work"])
    }

    @Test("leaves nothing where no rows are found", arguments: [0, 1, 99, 5_000])
    func nothing(_ size: Int) throws {
        let scratch = try Scratch()
        let path = scratch.path("app.db")
        var dice = Dice(size)
        let bytes = (0..<size).map { _ in UInt8.random(in: .min ... .max, using: &dice) }
        try DurableFile.write(bytes, to: path, permissions: .ownerReadWrite)
        #expect(kind { try scratch.repair(path) } == .nothingFound)
        #expect(try Folder.entries(of: scratch.folder) == ["app.db", "work"])
        #expect(try scratch.leftovers.isEmpty)
    }

    @Test("takes everything from the good set where nothing is left of the file")
    func emptyFile() throws {
        let scratch = try Scratch()
        let (path, good) = (scratch.path("app.db"), scratch.path("good.db"))
        try Service(rows: 20).make(good)
        try DurableFile.write([], to: path, permissions: .ownerReadWrite)
        let report = try scratch.repair(path, merging: good)
        #expect(try Service.contents(of: scratch.path("new.db")) == Service.contents(of: good))
        #expect(report.tables.allSatisfy { $0.fromGoodSet == $0.rows && $0.fromTree == 0 })
    }

    @Test("refuses a good set that is damaged itself")
    func damagedGoodSet() throws {
        let scratch = try Scratch()
        let (path, good) = (scratch.path("app.db"), scratch.path("good.db"))
        try Service(rows: 20).make(good)
        var bytes = try DatabaseBytes(good)
        bytes.put(bytes.pageCount + 50, at: 28, bytes: 4)
        try bytes.save(path)
        try bytes.save(good)
        #expect(kind { try scratch.repair(path, merging: good) } == .goodSetDamaged)
        #expect(try Folder.entries(of: scratch.folder) == ["app.db", "good.db", "work"])
    }

    @Test("ends at its deadline and leaves nothing")
    func deadline() throws {
        let scratch = try Scratch()
        let path = scratch.path("app.db")
        try Service().make(path)
        var bytes = try DatabaseBytes(path)
        bytes.bytes[0] ^= 0x20
        try bytes.save(path)
        let passed = kind {
            _ = try Salvage.repair(
                path, into: scratch.path("new.db"), scratch: scratch.work, deadline: .now - .seconds(1))
        }
        #expect(passed == .deadlinePassed)
        #expect(try Folder.entries(of: scratch.folder) == ["app.db", "work"])
        #expect(try scratch.leftovers.isEmpty)
    }

    @Test("ends when its task is cancelled, at whatever stage, and leaves nothing")
    func cancelled() async throws {
        for stage in [SalvageProgress.Stage.copyingFile, .readingTables, .searchingLostPages, .makingIndexes] {
            let scratch = try Scratch()
            let path = scratch.path("app.db")
            try Service().make(path)
            var bytes = try DatabaseBytes(path)
            bytes.bytes[0] ^= 0x20
            try bytes.save(path)
            let (new, work) = (scratch.path("new.db"), scratch.work)
            let task = Task {
                try Salvage.repair(path, into: new, scratch: work) { progress in
                    if progress.stage == stage { withUnsafeCurrentTask { $0?.cancel() } }
                }
            }
            let result = await task.result
            #expect(throws: SalvageError(.cancelled, at: path)) { try result.get() }
            #expect(try Folder.entries(of: scratch.folder) == ["app.db", "work"])
            #expect(try scratch.leftovers.isEmpty)
        }
    }

    @Test("reports in the shape that programs rely on")
    func json() throws {
        let scratch = try Scratch()
        let path = scratch.path("app.db")
        try Connection(path).run("CREATE TABLE users(id INTEGER PRIMARY KEY); INSERT INTO users VALUES (1)")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let text = String(decoding: try encoder.encode(scratch.repair(path)), as: UTF8.self)
        #expect(
            text == """
                {"findings":[],"foreign_key_violations":0,"lost_and_found":0,"method":"copied","notes":[],"tables":[{\
                "duplicates_ignored":0,"from_good_set":0,"from_orphan_pages":0,"from_tree":1,"in_lost_and_found":0,\
                "lost_at_least":0,"name":"users","rows":1}],"verdict":"ok"}
                """)
    }
}
