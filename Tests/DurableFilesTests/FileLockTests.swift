import Foundation
import Glibc
import Synchronization
import SystemPackage
import Testing

@testable import DurableFiles

@Suite("File locks", .timeLimit(.minutes(2)))
struct FileLockTests {
    private let scratch: Scratch
    private var path: FilePath { scratch("lock") }

    init() throws { scratch = try Scratch() }

    @Test(
        "let shared holders in together and an exclusive one alone",
        arguments: [
            (FileLock.Mode.shared, FileLock.Mode.shared, true), (.shared, .exclusive, false),
            (.exclusive, .shared, false), (.exclusive, .exclusive, false),
        ])
    func modes(_ first: FileLock.Mode, _ second: FileLock.Mode, together: Bool) throws {
        let holder = try #require(try FileLock.attempt(path, first))
        #expect(try (FileLock.attempt(path, second) != nil) == together)
        holder.release()
        holder.release()
        #expect(try FileLock.attempt(path, second) != nil)
    }

    @Test("end with their owner")
    func endsWithOwner() throws {
        do { _ = try #require(try FileLock.attempt(path, .exclusive)) }
        #expect(try FileLock.attempt(path, .exclusive) != nil)
    }

    @Test("make a lock file that only its owner may open")
    func permissions() throws {
        _ = try FileLock.attempt(path, .shared)
        #expect(try FileFacts.of(path, followingLinks: false)?.permissions == .ownerReadWrite)
    }

    @Test("an attempt that fails leaves the holder's note alone")
    func noteAfterFailedAttempt() throws {
        let lock = try #require(try FileLock.attempt(path, .exclusive, purpose: "backup"))
        #expect(try FileLock.attempt(path, .exclusive, purpose: "vacuum") == nil)
        #expect(FileLock.note(at: path)?.purpose == "backup")
        lock.release()
    }

    @Test("say who holds them, and nothing once they are given back")
    func note() throws {
        #expect(FileLock.note(at: path) == nil)
        let lock = try #require(try FileLock.attempt(path, .exclusive, purpose: "weekly backup of \"api\""))
        let note = try #require(FileLock.note(at: path))
        #expect(note == FileLock.Note(pid: getpid(), purpose: "weekly backup of \"api\""))
        #expect(note.description == "process \(getpid()) (weekly backup of \"api\")")
        #expect(try text(at: path).hasSuffix("\n"))
        lock.release()
        #expect(FileLock.note(at: path) == nil)
    }

    @Test(
        "bear any text in the lock file", arguments: ["", "{}", "not a note", String(repeating: "x", count: 100_000)])
    func strangeNote(_ content: String) throws {
        try scratch.put(content, at: "lock")
        #expect(FileLock.note(at: path) == nil)
        let lock = try #require(try FileLock.attempt(path, .exclusive, purpose: "p"))
        #expect(FileLock.note(at: path)?.purpose == "p")
        lock.release()
    }

    @Test("a shared holder clears the note of a killed exclusive one")
    func staleNote() throws {
        try scratch.put(#"{"pid":1,"purpose":"gone"}"#, at: "lock")
        #expect(FileLock.note(at: path)?.purpose == "gone")
        let lock = try FileLock.attempt(path, .shared)
        #expect(FileLock.note(at: path) == nil)
        lock?.release()
    }

    @Test("hold against other programs and vanish with a killed one")
    func otherProgram() throws {
        let holder = try Party("flock", "-o", "-x", path.string, "sh", "-c", "echo ready; cat")
        #expect(try FileLock.attempt(path, .exclusive) == nil)
        #expect(try FileLock.attempt(path, .shared) == nil)
        holder.kill()
        let lock = try #require(try FileLock.attempt(path, .exclusive))
        let rival = try Process.run(
            URL(fileURLWithPath: "/usr/bin/env"), arguments: ["flock", "-n", "-x", path.string, "true"])
        rival.waitUntilExit()
        #expect(rival.terminationStatus == 1)
        lock.release()
    }

    @Test("are not inherited by the programs we start")
    func notInherited() throws {
        let lock = try #require(try FileLock.attempt(path, .exclusive))
        let child = try Party("sh", "-c", "echo ready; cat")
        lock.release()
        #expect(try FileLock.attempt(path, .exclusive) != nil)
        child.kill()
    }

    @Test("on a file that was removed exclude nobody")
    func removedFile() throws {
        let old = try #require(try FileLock.attempt(path, .exclusive))
        #expect(unlink(path.string) == 0)
        let new = try #require(try FileLock.attempt(path, .exclusive))
        #expect(try FileLock.attempt(path, .exclusive) == nil)
        old.release()
        #expect(try FileLock.attempt(path, .exclusive) == nil)
        new.release()
    }

    @Test("exclude even when every holder removes the file as it leaves")
    func removedByEveryHolder() async throws {
        let path = path
        let visitors = Visitors()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { @concurrent in
                    for _ in 0..<500 {
                        guard let lock = try FileLock.attempt(path, .exclusive) else { continue }
                        #expect(visitors.enter() == 1)
                        visitors.leave()
                        unlink(path.string)
                        lock.release()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(visitors.total > 0)
    }

    @Test("refuse a symbolic link, a folder and a missing folder")
    func refusals() throws {
        try scratch.put("precious", at: "target")
        #expect(symlink("target", scratch("link").string) == 0)
        #expect(error { _ = try FileLock.attempt(scratch("link"), .exclusive) }?.errno == .tooManySymbolicLinkLevels)
        #expect(try text(at: scratch("target")) == "precious")
        #expect(error { _ = try FileLock.attempt(scratch.path, .exclusive) }?.errno == .isDirectory)
        #expect(error { _ = try FileLock.attempt(scratch("no/lock"), .shared) }?.errno == .noSuchFileOrDirectory)
    }
}

/// Counts who is inside at the same time.
private final class Visitors: Sendable {
    private let counts = Mutex((inside: 0, total: 0))

    var total: Int { counts.withLock { $0.total } }

    func enter() -> Int {
        counts.withLock { counts in
            counts.inside += 1
            counts.total += 1
            return counts.inside
        }
    }

    func leave() { counts.withLock { $0.inside -= 1 } }
}
