import Foundation
import Glibc
import SystemPackage
import Testing

@testable import DurableFiles

@Suite("Durable files", .timeLimit(.minutes(2)))
struct DurableFileTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test("a written file has exactly the bytes", arguments: [0, 1, 65_536, 3_000_001])
    func writes(_ count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        try DurableFile.write(bytes, to: scratch("a"), permissions: .ownerReadWrite)
        #expect(try Data(contentsOf: URL(fileURLWithPath: scratch("a").string)) == Data(bytes))
        #expect(try DurableFile.read(scratch("a"), limit: count) == bytes)
        #expect(try Folder.entries(of: scratch.path) == ["a"])
    }

    @Test(
        "a written file has exactly the permissions asked for",
        arguments: [0o600, 0o640, 0o666, 0o777, 0o400] as [UInt32])
    func permissions(_ mode: UInt32) throws {
        try DurableFile.write([1], to: scratch("a"), permissions: FilePermissions(rawValue: mode))
        let facts = try #require(try FileFacts.of(scratch("a"), followingLinks: false))
        #expect(facts.permissions.rawValue == mode)
    }

    @Test("an old file is replaced, and one name beside it keeps the old bytes")
    func replaces() throws {
        try scratch.put("old", at: "a")
        try DurableFile.hardLink(scratch("a"), as: scratch("b"))
        try DurableFile.write(Array("new".utf8), to: scratch("a"), permissions: .ownerReadWrite)
        #expect(try text(at: scratch("a")) == "new")
        #expect(try text(at: scratch("b")) == "old")
    }

    @Test("a failed write leaves the old file and no temporary one")
    func failedWrite() throws {
        try FileManager.default.createDirectory(atPath: scratch("a").string, withIntermediateDirectories: false)
        try scratch.put("kept", at: "a/inside")
        let failure = try #require(
            error { try DurableFile.write([1], to: scratch("a"), permissions: .ownerReadWrite) })
        #expect(failure.errno == .isDirectory && failure.path == scratch("a"))
        #expect(try Folder.entries(of: scratch.path) == ["a"])
        #expect(try text(at: scratch("a/inside")) == "kept")
    }

    @Test("an error names the destination, not the temporary file")
    func namesTheDestination() throws {
        let failure = try #require(
            error { try DurableFile.write([1], to: scratch("missing/a"), permissions: .ownerReadWrite) })
        #expect(failure == FileError(operation: "create", path: scratch("missing/a"), errno: .noSuchFileOrDirectory))
    }

    @Test("a path that names no file is refused", arguments: ["", "/", ".", "..", "folder/.."])
    func refusesNoName(_ path: String) throws {
        let failure = error { try DurableFile.write([1], to: FilePath(path), permissions: .ownerReadWrite) }
        #expect(failure?.errno == .invalidArgument)
    }

    @Test("a name of 255 bytes, the longest, can be written", arguments: ["a", "é", "👩‍👩‍👧‍👦"])
    func longestName(_ character: String) throws {
        var name = "x"
        while name.utf8.count + character.utf8.count <= 255 { name += character }
        name += String(repeating: "y", count: 255 - name.utf8.count)
        try DurableFile.write([1], to: scratch(name), permissions: .ownerReadWrite)
        #expect(try Folder.entries(of: scratch.path) == [name])
    }

    @Test("readers beside many writers see one writer's bytes, whole")
    func concurrentWriters() async throws {
        let path = scratch("a")
        try DurableFile.write([UInt8](repeating: 0, count: 50_000), to: path, permissions: .ownerReadWrite)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in UInt8(1)...4 {
                group.addTask { @concurrent in
                    for _ in 0..<8 {
                        let bytes = [UInt8](repeating: writer, count: 50_000)
                        try DurableFile.write(bytes, to: path, permissions: .ownerReadWrite)
                    }
                }
                group.addTask { @concurrent in
                    for _ in 0..<60 {
                        let bytes = try DurableFile.read(path, limit: 50_000)
                        #expect(bytes.count == 50_000 && Set(bytes).count == 1)
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try Folder.entries(of: scratch.path) == ["a"])
    }

    @Test("a file over the limit is not read", arguments: [(3, true), (2, false), (0, false)])
    func readLimit(_ limit: Int, fits: Bool) throws {
        try scratch.put("abc", at: "a")
        if fits {
            #expect(try DurableFile.read(scratch("a"), limit: limit) == Array("abc".utf8))
        } else {
            #expect(error { _ = try DurableFile.read(scratch("a"), limit: limit) }?.errno == .fileTooLarge)
        }
        #expect(error { _ = try DurableFile.read("/dev/zero", limit: 1 << 20) }?.errno == .fileTooLarge)
    }

    @Test("a named pipe without a writer is read as empty instead of waiting", .timeLimit(.minutes(1)))
    func namedPipe() throws {
        #expect(mkfifo(scratch("pipe").string, 0o600) == 0)
        #expect(try DurableFile.read(scratch("pipe"), limit: 10) == [])
    }

    @Test("a hard link is a second name of the same file")
    func hardLink() throws {
        try scratch.put("abc", at: "a")
        try DurableFile.hardLink(scratch("a"), as: scratch("b"))
        let (one, other) = (
            try #require(try FileFacts.of(scratch("a"), followingLinks: false)),
            try #require(try FileFacts.of(scratch("b"), followingLinks: false))
        )
        #expect(one.isSameFile(as: other) && one.linkCount == 2)
        #expect(error { try DurableFile.hardLink(scratch("a"), as: scratch("b")) }?.errno == .fileExists)
    }

    @Test(
        "a hard link to another file system is refused in a way that tells to copy",
        .enabled(if: OtherFileSystem.isPresent))
    func hardLinkElsewhere() throws {
        let other = FilePath("/dev/shm").appending("ronde-\(UUID().uuidString)")
        try DurableFile.write([1], to: other, permissions: .ownerReadWrite)
        defer { unlink(other.string) }
        #expect(error { try DurableFile.hardLink(other, as: scratch("a")) }?.isHardLinkRefused == true)
        #expect(error { try DurableFile.rename(other, to: scratch("a")) }?.errno == .improperLink)
    }

    @Test("removing takes a file or a symbolic link itself, and says when there is none")
    func removes() throws {
        try scratch.put("abc", at: "a")
        #expect(symlink("a", scratch("link").string) == 0)
        try DurableFile.remove(scratch("link"))
        #expect(try Folder.entries(of: scratch.path) == ["a"])
        try DurableFile.remove(scratch("a"))
        #expect(error { try DurableFile.remove(scratch("a")) }?.errno == .noSuchFileOrDirectory)
    }

    @Test("renaming moves a file between folders")
    func renames() throws {
        try scratch.put("abc", at: "a")
        try Folder.create(scratch("deep"))
        try DurableFile.rename(scratch("a"), to: scratch("deep/b"))
        #expect(try text(at: scratch("deep/b")) == "abc")
        #expect(error { try DurableFile.rename(scratch("a"), to: scratch("c")) }?.errno == .noSuchFileOrDirectory)
    }
}

enum OtherFileSystem {
    /// Whether `/dev/shm` is there and is not what the temporary folder is on.
    static var isPresent: Bool {
        var (one, other) = (stat(), stat())
        return stat("/dev/shm", &one) == 0 && stat(FileManager.default.temporaryDirectory.path, &other) == 0
            && one.st_dev != other.st_dev && access("/dev/shm", W_OK) == 0
    }
}
