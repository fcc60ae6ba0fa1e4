import Foundation
import Glibc
import SystemPackage
import Testing

@testable import DurableFiles

@Suite("Temporary files", .timeLimit(.minutes(2)))
struct TemporaryFileTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test("an unpublished one is removed when it ends")
    func removedUnlessPublished() throws {
        do {
            let temporary = try TemporaryFile.create(beside: scratch("a"), permissions: .ownerReadWrite)
            try temporary.write([1, 2, 3])
            #expect(try Folder.entries(of: scratch.path).map(TemporaryFile.isTemporary) == [true])
            #expect(temporary.path.removingLastComponent() == scratch.path)
        }
        #expect(try Folder.entries(of: scratch.path).isEmpty)
    }

    @Test("is readable by its owner alone until it is published")
    func privateUntilPublished() throws {
        let temporary = try TemporaryFile.create(beside: scratch("a"), permissions: FilePermissions(rawValue: 0o644))
        #expect(try FileFacts.of(temporary.path, followingLinks: false)?.permissions == .ownerReadWrite)
        try temporary.publish(as: scratch("a"))
        #expect(try FileFacts.of(scratch("a"), followingLinks: false)?.permissions.rawValue == 0o644)
    }

    @Test("refuses to replace what exists when told so, and leaves it", arguments: [false, true])
    func notReplacing(symbolicLink: Bool) throws {
        if symbolicLink {
            #expect(symlink("nowhere", scratch("a").string) == 0)
        } else {
            try scratch.put("old", at: "a")
        }
        let temporary = try TemporaryFile.create(beside: scratch("a"), permissions: .ownerReadWrite)
        var failure: FileError?
        do throws(FileError) { try temporary.publish(as: scratch("a"), replacing: false) } catch { failure = error }
        #expect(failure == FileError(operation: "create", path: scratch("a"), errno: .fileExists))
        #expect(try Folder.entries(of: scratch.path) == ["a"])
    }

    @Test("publishes without replacing where nothing is, under one name")
    func publishesNew() throws {
        let temporary = try TemporaryFile.create(beside: scratch("a"), permissions: .ownerReadWrite)
        try temporary.write([7])
        try temporary.publish(as: scratch("a"), replacing: false)
        #expect(try Folder.entries(of: scratch.path) == ["a"])
        #expect(try FileFacts.of(scratch("a"), followingLinks: false)?.linkCount == 1)
    }

    @Test("of many publishers that do not replace, exactly one wins")
    func oneWinner() async throws {
        let path = scratch("a")
        let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
            for publisher in UInt8(0)..<8 {
                group.addTask { @concurrent in
                    let temporary = try TemporaryFile.create(beside: path, permissions: .ownerReadWrite)
                    try temporary.write([publisher])
                    do throws(FileError) {
                        try temporary.publish(as: path, replacing: false)
                        return true
                    } catch {
                        #expect(error.errno == .fileExists)
                        return false
                    }
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(winners == 1)
        #expect(try Folder.entries(of: scratch.path) == ["a"])
    }

    @Test("a failed publication leaves no temporary file")
    func failedPublication() throws {
        let temporary = try TemporaryFile.create(beside: scratch("a"), permissions: .ownerReadWrite)
        var failure: FileError?
        do throws(FileError) { try temporary.publish(as: scratch("missing/a")) } catch { failure = error }
        #expect(failure?.errno == .noSuchFileOrDirectory)
        #expect(try Folder.entries(of: scratch.path).isEmpty)
    }

    @Test(
        "is known by its name",
        arguments: [
            (".a.tmp-12-0123456789abcdef", true), (".a.tmp-x.tmp-1-0123456789abcdef", true),
            (".a-b.tmp-12-ffffffffffffffff", true),
            ("a.tmp-12-0123456789abcdef", false), (".a.tmp-12-0123456789abcde", false),
            (".a.tmp-12-0123456789abcdeg", false), (".a.tmp-12-0123456789ABCDEF", false),
            (".a.tmp--0123456789abcdef", false), (".a.tmp-1x-0123456789abcdef", false),
            (".a.tmp12-0123456789abcdef", false), (".tmp-12-0123456789abcdef", false),
            ("-", false), ("", false), (".", false), (".-0123456789abcdef", false), (".gitignore", false),
        ])
    func names(_ name: String, isTemporary: Bool) {
        #expect(TemporaryFile.isTemporary(name) == isTemporary)
    }

    @Test("what a killed writer left is removed; what is being written, and all else, is not")
    func leftovers() throws {
        let dead = ".a.tmp-1-0123456789abcdef"
        try scratch.put("half", at: dead)
        try scratch.put("mine", at: ".a.tmp-notes")
        try Folder.create(scratch(".folder.tmp-1-0123456789abcdef"))
        #expect(symlink(dead, scratch(".link.tmp-1-0123456789abcdef").string) == 0)
        let temporary = try TemporaryFile.create(beside: scratch("a"), permissions: .ownerReadWrite)
        #expect(try TemporaryFile.removeLeftovers(in: scratch.path) == [dead])
        try temporary.publish(as: scratch("a"))
        #expect(
            try Folder.entries(of: scratch.path)
                == [".a.tmp-notes", ".folder.tmp-1-0123456789abcdef", ".link.tmp-1-0123456789abcdef", "a"])
    }

    @Test("a writer in another process is seen, and its file taken as left once it is killed")
    func otherProcess() throws {
        let name = ".a.tmp-1-0123456789abcdef"
        try scratch.put("half", at: name)
        let writer = try Party("flock", "-o", "-x", scratch(name).string, "sh", "-c", "echo ready; cat")
        #expect(try TemporaryFile.removeLeftovers(in: scratch.path).isEmpty)
        writer.kill()
        #expect(try TemporaryFile.removeLeftovers(in: scratch.path) == [name])
    }

    @Test("a cleaner that never rests does not take a writer's file")
    func restlessCleaner() async throws {
        let folder = scratch.path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<3 {
                group.addTask { @concurrent in
                    for round in 0..<12 {
                        try DurableFile.write(
                            [1], to: folder.appending("\(writer)-\(round)"), permissions: .ownerReadWrite)
                    }
                }
                group.addTask { @concurrent in
                    for _ in 0..<150 { try TemporaryFile.removeLeftovers(in: folder) }
                }
            }
            try await group.waitForAll()
        }
        #expect(try Folder.entries(of: folder).count == 36)
    }
}
