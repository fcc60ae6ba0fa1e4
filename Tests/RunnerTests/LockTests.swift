import DurableFiles
import Foundation
import Glibc
import Maintenance
import Supervision
import Synchronization
import SystemPackage
import Testing

@testable import Runner

/// Locks between tasks, checklists and processes.
@Suite(.timeLimit(.minutes(3)))
struct LockTests {
    @Test(
        "who may work beside whom",
        arguments: [
            (LockMode.shared, LockMode.shared, true), (.shared, .exclusive, false), (.exclusive, .shared, false),
            (.exclusive, .exclusive, false),
        ])
    func beside(held: LockMode, wanted: LockMode, isFree: Bool) async throws {
        let stage = try Stage()
        let table = LockTable(folder: stage.settings.locksFolder)
        let name = try LockName.database(path: "/x/test.db", name: "main", service: "api")
        let (first, _) = try await table.take([(name, held)], purpose: "first", until: .now) { _ in }
        #expect(first?.count == 1)
        let (second, holder) = try await table.take([(name, wanted)], purpose: "second", until: .now) { _ in }
        #expect((second != nil) == isFree)
        if !isFree { #expect(holder.hasPrefix("database 'main' of api is in use")) }
    }

    @Test("those who wait get a lock in the order in which they came, though others could share it at once")
    func fair() async throws {
        let stage = try Stage()
        let table = LockTable(folder: stage.settings.locksFolder)
        let name = LockName.named("disk")
        let (first, _) = try await table.take([(name, .shared)], purpose: "first", until: .now) { _ in }
        let seen = Seen()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let (held, _) = try await table.take(
                    [(name, .exclusive)], purpose: "alone", until: .now + .seconds(60)
                ) { _ in seen.isWaiting.withLock { $0 = true } }
                seen.order.withLock { $0.append("alone") }
                for lock in held ?? [] { lock.release() }
            }
            while !seen.isWaiting.withLock({ $0 }) { await Task.yield() }
            // It could share the lock with the first, but somebody was there before.
            let (early, _) = try await table.take([(name, .shared)], purpose: "early", until: .now) { _ in }
            #expect(early == nil)
            group.addTask {
                let (held, _) = try await table.take(
                    [(name, .shared)], purpose: "later", until: .now + .seconds(60)
                ) { _ in }
                seen.order.withLock { $0.append("later") }
                for lock in held ?? [] { lock.release() }
            }
            for lock in first ?? [] { lock.release() }
            try await group.waitForAll()
        }
        #expect(seen.order.withLock { $0 } == ["alone", "later"])
        #expect(try LockLine(of: stage.settings.locksFolder.appending(name.fileName)).isEmpty())
    }

    private final class Seen: Sendable {
        let order = Mutex<[String]>([])
        let isWaiting = Mutex(false)
    }

    @Test("the place of one who was killed keeps nobody waiting")
    func deadPlace() async throws {
        let stage = try Stage()
        let table = LockTable(folder: stage.settings.locksFolder)
        let name = LockName.named("disk")
        let line = stage.settings.locksFolder.appending(name.fileName + ".line")
        try Folder.create(line)
        try DurableFile.write(
            [], to: line.appending("00000000000000000001-9-9-exclusive"), permissions: .ownerReadWrite)
        let (held, _) = try await table.take([(name, .shared)], purpose: "next", until: .now + .seconds(60)) { _ in }
        #expect(held?.count == 1)
        #expect(try Folder.entries(of: line).isEmpty)
    }

    @Test("a supervisor that still winds down keeps the lock of a runner that is gone")
    func workLock() async throws {
        let stage = try Stage()
        let table = LockTable(folder: stage.settings.locksFolder)
        let name = try LockName.service("api")
        let (held, _) = try await table.take([(name, .exclusive)], purpose: "runner", until: .now) { _ in }
        let works = table.workLocks([(name, .exclusive)])
        let work = try #require(try WorkLock.take(works, purpose: "supervisor") { true })
        for lock in held ?? [] { lock.release() }
        let (second, holder) = try await table.take([(name, .exclusive)], purpose: "next", until: .now) { _ in }
        #expect(second == nil)
        #expect(holder.hasPrefix("service api is in use"))
        for lock in work { lock.release() }
        #expect(try await table.take([(name, .exclusive)], purpose: "next", until: .now) { _ in }.held != nil)
    }

    @Test("a database has one lock, by whatever path it is named")
    func realPath() throws {
        let stage = try Stage()
        try Folder.create(stage.root)
        let file = stage.root.appending("a.db")
        try DurableFile.write([], to: file, permissions: .ownerReadWrite)
        symlink(file.string, stage.root.appending("link.db").string)
        symlink(stage.root.string, stage.root.appending("sub").string)
        func name(_ path: String) throws -> String {
            try LockName.database(path: path, name: "main", service: "api").fileName
        }
        let real = try name(file.string)
        #expect(try name(stage.root.appending("link.db").string) == real)
        #expect(try name(stage.root.appending("sub/a.db").string) == real)
        #expect(
            try name(stage.root.appending("sub/missing.db").string) == name(stage.root.appending("missing.db").string))
    }

    @Test("a task waits for a lock, tells who has it, and gives up at its time limit")
    func waiting() async throws {
        let stage = try Stage(["vacuum": "say ok fine"], locks: [.database: .exclusive])
        let table = LockTable(folder: stage.settings.locksFolder)
        let name = try LockName.database(path: stage.root.appending("test.db").string, name: "main", service: "api")
        let (held, _) = try await table.take([(name, .shared)], purpose: "", until: .now) { _ in }
        let notes = Notes()
        let report = try await stage.runner().run(
            stage.checklist([.of("vacuum", timeLimit: 0.3)]), .init(trigger: .manual), observer: notes)
        #expect(report.tasks.first?.outcome == .critical)
        #expect(report.tasks.first?.summary.contains("database 'main' of api is in use") == true)
        #expect(notes.all.contains("waits vacuum"))
        for lock in held ?? [] { lock.release() }
        let free = try await stage.runner().run(
            stage.checklist([.of("vacuum")]), .init(trigger: .manual), observer: notes)
        #expect(free.outcome == .ok)
    }

    @Test("a checklist runs once at a time; at most one waits, until it is told not to")
    func turns() async throws {
        let stage = try Stage(["good": "say ok fine"])
        let runner = try stage.runner()
        let checklist = stage.checklist([.of("good")])
        let turn = try #require(try runner.attemptTurn(.checklist("daily"), purpose: "a test"))
        var error = await #expect(throws: RunError.self) {
            try await runner.run(checklist, .init(trigger: .manual), observer: SilentObserver())
        }
        #expect(error?.description.contains("checklist daily is in use") == true)
        let place = try #require(try runner.attemptTurn(.queue("daily"), purpose: "waiting"))
        error = await #expect(throws: RunError.self) {
            try await runner.run(
                checklist, .init(trigger: .schedule, overlap: .wait { true }), observer: SilentObserver())
        }
        #expect(error?.description.contains("another run waits") == true)
        place.release()
        error = await #expect(throws: RunError.self) {
            try await runner.run(
                checklist, .init(trigger: .schedule, overlap: .wait { false }), observer: SilentObserver())
        }
        guard case .stoppedWaiting = error else { return #expect(Bool(false), "\(String(describing: error))") }
        turn.release()
        let report = try await runner.run(
            checklist, .init(trigger: .schedule, overlap: .wait { true }), observer: SilentObserver())
        #expect(report.outcome == .ok)
    }
}
