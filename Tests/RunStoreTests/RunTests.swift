import DurableFiles
import Foundation
import GRDB
import Maintenance
import RunStore
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(2)))
struct RunTests {
    @Test("keeps a run, its tasks until it ends, and its outcome")
    func life() throws {
        let folder = StoreFolder()
        let store = try folder.open()
        var report = try report()
        report.run = try store.begin(report, timeZone: .gmt)
        #expect(report.run.rawValue == "daily-20270115-080000")
        #expect(try store.begin(report, timeZone: .gmt).rawValue == "daily-20270115-080000-2")
        #expect(
            try store.begin(report, timeZone: .gmt, isTaken: { !$0.rawValue.hasSuffix("-7") }).rawValue.hasSuffix("-7"))
        let task = TaskReport(task: "t", title: "T", plugin: "p", outcome: .critical, summary: "no")
        try store.keep(task, position: 0, of: report.run)
        let open = try #require(try folder.open().unended(checklist: "daily").first { $0.run == report.run })
        #expect(open.tasks == [task])
        report.outcome = .critical
        try store.end(report)
        #expect(try store.unended(checklist: "daily").count == 2)
        #expect(try store.runs(checklist: "daily", limit: 9).first { $0.run == report.run }?.outcome == .critical)
        #expect(try store.runs(checklist: "weekly", limit: 9).isEmpty)
        #expect(try store.runs(limit: 2).count == 2)
    }

    @Test("many who open it at once find one store, and each begins runs of its own")
    func together() async throws {
        let folder = StoreFolder()
        let runs = try await withThrowingTaskGroup(of: [RunIdentifier].self) { group in
            for _ in 0..<8 {
                group.addTask { @concurrent in
                    let store = try folder.open()
                    return try (0..<5).map { _ in try store.begin(report(), timeZone: .gmt) }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(runs).count == 40)
    }

    @Test("a file that is no database is told as damaged, and stays as it is")
    func garbage() throws {
        let folder = StoreFolder()
        let bytes = [UInt8]("this is no database, and never was one; it only lies here".utf8)
        try Folder.create(folder.root.appending("state"))
        try DurableFile.write(bytes, to: folder.path, permissions: .ownerReadWrite)
        let error = #expect(throws: RunStoreError.self) { try folder.open() }
        #expect(error?.description.contains("damaged") == true, "\(String(describing: error))")
        #expect(try DurableFile.read(folder.path, limit: 1000) == bytes)
    }

    @Test("a damaged page is an error, not a crash")
    func damage() throws {
        let folder = StoreFolder()
        do {
            let store = try folder.open()
            for _ in 0..<200 { _ = try store.begin(report(), timeZone: .gmt) }
        }
        var bytes = try DurableFile.read(folder.path, limit: 1 << 24)
        for index in bytes.indices where index > 4096 { bytes[index] = 0xA5 }
        try DurableFile.write(bytes, to: folder.path, permissions: .ownerReadWrite)
        let error = #expect(throws: RunStoreError.self) { _ = try folder.open().runs(limit: 1000) }
        #expect(error?.description.contains("damaged") == true, "\(String(describing: error))")
    }

    @Test("a store of a newer version is refused")
    func newer() throws {
        let folder = StoreFolder()
        _ = try folder.open()
        do {
            let queue = try DatabaseQueue(path: folder.path.string)
            try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99: from the future')") }
        }
        let error = #expect(throws: RunStoreError.self) { try folder.open() }
        #expect(error?.description.contains("newer version") == true, "\(String(describing: error))")
    }

    @Test("a folder in its place is an error that names it")
    func folderInItsPlace() throws {
        let folder = StoreFolder()
        try Folder.create(folder.path)
        let error = #expect(throws: RunStoreError.self) { try folder.open() }
        #expect(error?.description.contains(folder.path.string) == true)
    }

    @Test("the reserve is given back once, and filled again")
    func reserve() throws {
        let folder = StoreFolder()
        try Folder.create(folder.root)
        let reserve = DiskReserve(in: folder.root)
        #expect(!reserve.release())
        reserve.refill()
        #expect(try FileFacts.of(folder.root.appending("reserve"), followingLinks: false)?.size == DiskReserve.bytes)
        #expect(reserve.release())
        #expect(!reserve.release())
    }
}
