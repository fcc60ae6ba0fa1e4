import DurableFiles
import Glibc
import SystemPackage
import Testing

/// What tells of others' doings: changes in folders, and locks that are held.
@Suite(.timeLimit(.minutes(1)))
struct FolderWatchTests {
    @Test("a file that is written, renamed or removed is told of; what lies in a folder below is not")
    func changes() async throws {
        let scratch = try Scratch()
        let inner = scratch.path.appending("inner")
        try Folder.create(inner)
        let watch = FolderWatch()
        #expect(watch.isWatching)
        // One that is not there is left out.
        watch.watch([scratch.path, scratch.path.appending("missing")])
        var changes = watch.changes.makeAsyncIterator()
        let file = scratch.path.appending("a")
        try DurableFile.write([1], to: inner.appending("b"), permissions: .ownerReadWrite)
        for change in [
            { try DurableFile.write([1], to: file, permissions: .ownerReadWrite) },
            { try DurableFile.rename(file, to: inner.appending("a")) },
            { try DurableFile.rename(inner.appending("a"), to: file) }, { try DurableFile.remove(file) },
        ] {
            try change()
            #expect(await changes.next() != nil)
        }
    }

    @Test("a lock that is held is listed with its mode and note, and looking takes it from nobody")
    func heldLocks() throws {
        let scratch = try Scratch()
        #expect(try HeldLock.all(in: scratch.path.appending("missing")).isEmpty)
        let alone = try #require(
            try FileLock.attempt(scratch.path.appending("a.lock"), .exclusive, purpose: "a test"))
        let shared = try #require(try FileLock.attempt(scratch.path.appending("b.lock"), .shared))
        let free = try #require(try FileLock.attempt(scratch.path.appending("c.lock"), .exclusive))
        free.release()
        // Where other tests lock and unlock meanwhile the kernel may leave one out: it is looked at more than once.
        var found: [String: HeldLock] = [:]
        for _ in 0..<20 {
            for lock in try HeldLock.all(in: scratch.path) { found[lock.path.lastComponent?.string ?? ""] = lock }
        }
        #expect(found.keys.sorted() == ["a.lock", "b.lock"])
        #expect(found["a.lock"]?.mode == .exclusive && found["a.lock"]?.note?.purpose == "a test")
        #expect(found["b.lock"]?.mode == .shared && found["b.lock"]?.holders.contains(getpid()) == true)
        alone.release()
        shared.release()
    }
}
