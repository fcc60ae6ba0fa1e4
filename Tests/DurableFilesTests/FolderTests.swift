import Foundation
import Glibc
import SystemPackage
import Testing

@testable import DurableFiles

@Suite("Folders", .timeLimit(.minutes(2)))
struct FolderTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func mode(_ name: String) throws -> UInt32? {
        try FileFacts.of(scratch(name), followingLinks: false)?.permissions.rawValue
    }

    @Test("only the folders that were missing get the permissions")
    func create() throws {
        #expect(mkdir(scratch("old").string, 0o755) == 0)
        try Folder.create(scratch("old/new/deep"), permissions: FilePermissions(rawValue: 0o777))
        #expect(try mode("old") == 0o755)
        #expect(try mode("old/new") == 0o777)
        #expect(try mode("old/new/deep") == 0o777)
        try Folder.create(scratch("old/new"), permissions: .ownerReadWriteExecute)
        #expect(try mode("old/new") == 0o777)
    }

    @Test("a new folder keeps the group that its parent hands down")
    func inheritedGroup() throws {
        #expect(mkdir(scratch("shared").string, 0o700) == 0 && chmod(scratch("shared").string, 0o2770) == 0)
        try Folder.create(scratch("shared/new"), permissions: FilePermissions(rawValue: 0o750))
        #expect(try mode("shared/new") == 0o2750)
    }

    @Test("a file on the way is an error", arguments: ["file", "file/below", "file/below/deep"])
    func fileInTheWay(_ name: String) throws {
        try scratch.put("", at: "file")
        #expect(error { try Folder.create(scratch(name)) }?.errno == .notDirectory)
    }

    @Test("a symbolic link to a folder is a folder, one to nowhere is an error")
    func links() throws {
        try Folder.create(scratch("real"))
        #expect(symlink("real", scratch("link").string) == 0 && symlink("gone", scratch("broken").string) == 0)
        try Folder.create(scratch("link/new"))
        #expect(try mode("real/new") == 0o700)
        #expect(error { try Folder.create(scratch("broken")) } != nil)
    }

    @Test("many makers of the same folders all succeed")
    func concurrentMakers() async throws {
        let path = scratch("a/b/c/d/e")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { @concurrent in try Folder.create(path) } }
            try await group.waitForAll()
        }
        #expect(try FileFacts.of(path, followingLinks: false)?.kind == .folder)
    }

    @Test("names come sorted by their bytes, hidden ones too")
    func entries() throws {
        for name in ["b", "a", "É", ".hidden", "B", "e\u{301}"] { try scratch.put("", at: name) }
        #expect(try Folder.entries(of: scratch.path) == [".hidden", "B", "a", "b", "e\u{301}", "É"])
    }

    @Test("a name that is not UTF-8 is listed exactly and can be removed")
    func strangeName() throws {
        let bytes: [CChar] = [0x61, CChar(bitPattern: 0xFF), CChar(bitPattern: 0xFE), 0]
        let name = try #require(FilePath.Component(platformString: bytes))
        try Folder.create(scratch("f"))
        try DurableFile.write([1], to: scratch("f").appending(name), permissions: .ownerReadWrite)
        #expect(try Folder.components(of: scratch("f")) == [name])
        try Folder.removeTree(scratch("f"))
        #expect(try Folder.entries(of: scratch.path).isEmpty)
    }

    @Test("listing what is missing or no folder is an error")
    func listingNothing() throws {
        try scratch.put("", at: "file")
        #expect(error { _ = try Folder.entries(of: scratch("missing")) }?.errno == .noSuchFileOrDirectory)
        #expect(error { _ = try Folder.entries(of: scratch("file")) }?.errno == .notDirectory)
        #expect(error { try Folder.sync(scratch("missing")) }?.operation == "sync")
    }

    @Test(
        "the parent of a bare name is the working folder",
        arguments: [("a", "."), ("a/b", "a"), ("/a", "/"), ("/", "/")])
    func parents(_ path: String, parent: String) {
        #expect(Folder.parent(of: FilePath(path)) == FilePath(parent))
    }

    @Test("the room of a path that does not exist yet is that of its nearest ancestor")
    func diskSpace() throws {
        let here = try DiskSpace.available(at: scratch.path)
        let facts = try #require(try FileFacts.of(scratch.path, followingLinks: true))
        #expect(here.availableBytes > 0 && here.availableBytes <= here.totalBytes && here.device == facts.device)
        try scratch.put("", at: "file")
        for name in ["missing", "missing/deep/er", "file/below"] {
            let there = try DiskSpace.available(at: scratch(name))
            #expect(there.totalBytes == here.totalBytes && there.device == here.device)
        }
        #expect(try DiskSpace.available(at: "").totalBytes == DiskSpace.available(at: ".").totalBytes)
        #expect(try DiskSpace.available(at: "missing-here").totalBytes == DiskSpace.available(at: ".").totalBytes)
    }
}

@Suite("File facts")
struct FileFactsTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test("tell size, kind, owner and time of a file")
    func facts() throws {
        let before = Date()
        try scratch.put("abc", at: "a")
        let facts = try #require(try FileFacts.of(scratch("a"), followingLinks: false))
        #expect(facts.size == 3 && facts.kind == .file && facts.owner == geteuid() && facts.linkCount == 1)
        #expect(abs(facts.modified.timeIntervalSince(before)) < 60)
        #expect(try FileFacts.of(scratch.path, followingLinks: false)?.kind == .folder)
        #expect(try FileFacts.of("/dev/null", followingLinks: false)?.kind == .other)
    }

    @Test("are those of the link or of what it points to, as asked")
    func links() throws {
        try scratch.put("abc", at: "a")
        #expect(symlink("a", scratch("link").string) == 0 && symlink("gone", scratch("broken").string) == 0)
        #expect(try FileFacts.of(scratch("link"), followingLinks: false)?.kind == .symbolicLink)
        #expect(try FileFacts.of(scratch("link"), followingLinks: true)?.kind == .file)
        #expect(try FileFacts.of(scratch("broken"), followingLinks: true) == nil)
        #expect(try FileFacts.of(scratch("broken"), followingLinks: false)?.kind == .symbolicLink)
    }

    @Test("are nothing for a missing file, but an error where nobody can look")
    func missing() throws {
        try scratch.put("", at: "file")
        #expect(try FileFacts.of(scratch("missing/deep"), followingLinks: true) == nil)
        #expect(error { _ = try FileFacts.of(scratch("file/below"), followingLinks: true) }?.errno == .notDirectory)
    }
}
