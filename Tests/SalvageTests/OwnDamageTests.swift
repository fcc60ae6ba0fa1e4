import DurableFiles
import SQLiteFile
import Salvage
import SystemPackage
import Testing

/// One way to make a database.
struct Make: Sendable, CustomTestStringConvertible {
    let pageSize: Int
    var encoding = "UTF-8"
    var autoVacuum = 0

    var testDescription: String { "\(pageSize) \(encoding) auto_vacuum \(autoVacuum)" }
    var service: Service {
        // Big pages need more rows for a tree of two levels.
        Service(pageSize: pageSize, encoding: encoding, autoVacuum: autoVacuum, rows: pageSize > 4_096 ? 1_500 : 300)
    }

    static let all = [
        Make(pageSize: 512), Make(pageSize: 1_024, encoding: "UTF-16le"), Make(pageSize: 1_024, autoVacuum: 1),
        Make(pageSize: 4_096, encoding: "UTF-16be", autoVacuum: 2), Make(pageSize: 65_536),
    ]
}

@Suite("A damaged database of any make")
struct OwnDamageTests {
    /// Everything but rows that must be as it was.
    private func expectSameSettings(_ new: FilePath, _ make: Make) throws {
        let connection = try Connection(new)
        let encoding = try connection.text("PRAGMA encoding")
        #expect(try connection.text("PRAGMA page_size") == "\(make.pageSize)")
        #expect(encoding == make.encoding)
        #expect(try connection.text("PRAGMA auto_vacuum") == "\(make.autoVacuum)")
        #expect(try connection.text("PRAGMA user_version") == "77")
        #expect(try connection.text("PRAGMA application_id") == "-5")
        #expect(try connection.text("PRAGMA journal_mode") == "delete")
        #expect(try connection.text("PRAGMA integrity_check") == "ok")
        #expect(try connection.text("SELECT seq FROM sqlite_sequence WHERE name = 'mixed'") == "100000")
        let others = try connection.texts(
            "SELECT name FROM sqlite_schema WHERE type <> 'table' AND sql NOT NULL ORDER BY 1")
        #expect(others == ["counted", "keyed_by_note", "mixed_by_length", "mixed_by_t", "texts"])
    }

    @Test("that only claims too many pages comes back whole, with all types and rowids", arguments: Make.all)
    func wholeRows(_ make: Make) throws {
        let scratch = try Scratch()
        let path = scratch.path("app.db")
        try make.service.make(path)
        let before = try Service.contents(of: path)
        var bytes = try DatabaseBytes(path)
        bytes.put(bytes.pageCount + 50, at: 28, bytes: 4)
        try bytes.save(path)
        let report = try scratch.repair(path)
        #expect(report.method == .salvaged)
        #expect(try Service.contents(of: scratch.path("new.db")) == before)
        #expect(report.tables.allSatisfy { $0.lostAtLeast == 0 } && report.lostAndFound == 0)
        try expectSameSettings(scratch.path("new.db"), make)
    }

    @Test("whose first 100 bytes are gone loses no row", arguments: Make.all)
    func headerDestroyed(_ make: Make) throws {
        let scratch = try Scratch()
        let path = scratch.path("app.db")
        try make.service.make(path)
        let before = try Service.contents(of: path)
        var bytes = try DatabaseBytes(path)
        bytes.bytes.replaceSubrange(0..<100, with: repeatElement(0xa5, count: 100))
        try bytes.save(path)
        try scratch.repair(path)
        #expect(try Service.contents(of: scratch.path("new.db")) == before)
    }

    @Test("whose interior page is gone loses no row", arguments: Make.all)
    func interiorZeroed(_ make: Make) throws {
        let scratch = try Scratch()
        let path = scratch.path("app.db")
        try make.service.make(path)
        let before = try Service.contents(of: path)
        let root = try #require(
            Int(try Connection(path).text("SELECT rootpage FROM sqlite_schema WHERE name = 'mixed'")))
        var bytes = try DatabaseBytes(path)
        bytes.zero(root)
        try bytes.save(path)
        let report = try scratch.repair(path)
        #expect(try Service.contents(of: scratch.path("new.db")) == before)
        let mixed = try #require(report.tables.first { $0.name == "mixed" })
        #expect(mixed.fromTree == 0 && mixed.fromOrphanPages == mixed.rows && mixed.lostAtLeast == 0)
    }

    @Test("whose leaf is gone loses the rows of that leaf, and the good set has them", arguments: Make.all)
    func leafZeroed(_ make: Make) throws {
        let scratch = try Scratch()
        let (path, good) = (scratch.path("app.db"), scratch.path("good.db"))
        try make.service.make(good)
        try DurableFile.write(DatabaseBytes(good).bytes, to: path, permissions: .ownerReadWrite)
        try Connection(path).run("UPDATE mixed SET n = 'newer'; DELETE FROM derived WHERE x < 20")
        let before = try Service.contents(of: path)
        let root = try #require(
            Int(try Connection(path).text("SELECT rootpage FROM sqlite_schema WHERE name = 'mixed'")))
        var bytes = try DatabaseBytes(path)
        let leaves = bytes.leaves(root)
        bytes.zero(leaves[leaves.count / 2])
        try bytes.save(path)

        let report = try scratch.repair(path)
        let after = try Service.contents(of: scratch.path("new.db"))
        let lost = try #require(before["mixed"]).subtracting(after["mixed"] ?? [])
        #expect(!lost.isEmpty && after["mixed"]?.isSubset(of: before["mixed"] ?? []) ?? false)
        #expect(report.tables.first { $0.name == "mixed" }?.lostAtLeast == lost.count, "\(report)")
        #expect(after.filter { $0.key != "mixed" } == before.filter { $0.key != "mixed" })

        let merged = try scratch.repair(path, into: "merged.db", merging: good)
        let mixed = try #require(merged.tables.first { $0.name == "mixed" })
        #expect(mixed.fromGoodSet == lost.count && mixed.lostAtLeast == 0 && mixed.rows == before["mixed"]?.count)
        let newer = try Connection(scratch.path("merged.db")).text("SELECT count(*) FROM mixed WHERE n = 'newer'")
        #expect(newer == "\(mixed.rows - lost.count)", "newer rows were not replaced")
        #expect(
            try Service.contents(of: scratch.path("merged.db"))["derived"] == before["derived"], "deleted rows stay so")
    }

    @Test("whose first page is gone is put in lost_and_found, and with a good set into its tables", arguments: Make.all)
    func schemaDestroyed(_ make: Make) throws {
        let scratch = try Scratch()
        let (path, good) = (scratch.path("app.db"), scratch.path("good.db"))
        try make.service.make(good)
        let before = try Service.contents(of: good)
        var bytes = try DatabaseBytes(good)
        bytes.zero(1)
        // Where the schema has more pages than the first, those are found.
        for leaf in try DatabaseBytes(good).leaves(1) { bytes.zero(leaf) }
        try bytes.save(path)
        let report = try scratch.repair(path)
        let rows = before.filter { $0.key != "keyed" }.values.reduce(0) { $0 + $1.count }
        #expect(report.tables.isEmpty && report.lostAndFound >= rows)
        let merged = try scratch.repair(path, into: "merged.db", merging: good)
        #expect(try Service.contents(of: scratch.path("merged.db")) == before)
        #expect(merged.tables.first { $0.name == "mixed" }?.fromGoodSet == 0, "the rows are the file's own")
    }

    @Test("whose end is missing keeps what is left", arguments: Make.all)
    func truncated(_ make: Make) throws {
        let scratch = try Scratch()
        let path = scratch.path("app.db")
        try make.service.make(path)
        let before = try Service.contents(of: path)
        var bytes = try DatabaseBytes(path)
        bytes.bytes.removeLast(bytes.bytes.count / 3 + 77)
        try bytes.save(path)
        let report = try scratch.repair(path)
        let after = try Service.contents(of: scratch.path("new.db"))
        #expect(report.verdict <= .foreignKeys)
        #expect(after.values.contains { !$0.isEmpty })
        for (table, rows) in after where table != "keyed" {
            let original = try #require(before[table])
            #expect(rows.isSubset(of: original), "\(table)")
            let lost = report.tables.first { $0.name == table.filter { $0 != "\"" } }?.lostAtLeast ?? 0
            #expect(lost <= original.count - rows.count)
        }
    }

    @Test("has loops in its tree and its overflow chains: nothing runs for ever")
    func loops() throws {
        let scratch = try Scratch()
        let path = scratch.path("app.db")
        try Service().make(path)
        let root = try #require(
            Int(try Connection(path).text("SELECT rootpage FROM sqlite_schema WHERE name = 'mixed'")))
        var bytes = try DatabaseBytes(path)
        for cell in bytes.cells(root) { bytes.put(root, at: cell, bytes: 4) }
        for page in 2...bytes.pageCount where bytes.bytes[bytes.range(page).lowerBound] == 0 {
            bytes.put(page, at: bytes.range(page).lowerBound, bytes: 4)
        }
        try bytes.save(path)
        #expect(try scratch.repair(path).verdict <= .foreignKeys)
    }
}
