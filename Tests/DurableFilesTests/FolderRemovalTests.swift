import Foundation
import Glibc
import SystemPackage
import Testing

@testable import DurableFiles

@Suite("Removing a folder", .timeLimit(.minutes(2)))
struct FolderRemovalTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test("takes all that is in it and nothing beside it")
    func tree() throws {
        for folder in ["t/a/b", "t/a/c", "t/d", "t/.hidden/x"] { try Folder.create(scratch(folder)) }
        for file in ["t/1", "t/a/2", "t/a/b/3", "t/.hidden/x/.4", "beside"] { try scratch.put("x", at: file) }
        try Folder.removeTree(scratch("t"))
        #expect(try Folder.entries(of: scratch.path) == ["beside"])
    }

    @Test("never follows a symbolic link, at the top or inside")
    func symbolicLinks() throws {
        try Folder.create(scratch("precious"))
        try scratch.put("kept", at: "precious/file")
        try Folder.create(scratch("t/a"))
        #expect(symlink("../../precious", scratch("t/a/link").string) == 0)
        #expect(symlink("precious", scratch("top").string) == 0)
        try Folder.removeTree(scratch("t"))
        try Folder.removeTree(scratch("top"))
        #expect(try Folder.entries(of: scratch.path) == ["precious"])
        #expect(try text(at: scratch("precious/file")) == "kept")
    }

    @Test("works on a tree deeper than a path can be long")
    func deep() throws {
        try Folder.create(scratch("t"))
        let start = open(scratch("t").string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        var current = start
        for _ in 0..<1500 {
            #expect(mkdirat(current, "folder", 0o700) == 0)
            let next = openat(current, "folder", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            close(current)
            current = next
        }
        close(current)
        try Folder.removeTree(scratch("t"))
        #expect(try Folder.entries(of: scratch.path).isEmpty)
    }

    @Test("works on folders that their owner may not write or open", arguments: [0o500, 0o000] as [UInt32])
    func closedFolders(_ mode: UInt32) throws {
        try Folder.create(scratch("t/a/b"))
        try scratch.put("x", at: "t/a/b/file")
        for folder in ["t/a/b", "t/a", "t"] { #expect(chmod(scratch(folder).string, mode) == 0) }
        try Folder.removeTree(scratch("t"))
        #expect(try Folder.entries(of: scratch.path).isEmpty)
    }

    @Test("takes a single file, and is content when there is nothing")
    func fileOrNothing() throws {
        try scratch.put("x", at: "file")
        try Folder.removeTree(scratch("file"))
        try Folder.removeTree(scratch("file"))
        #expect(try Folder.entries(of: scratch.path).isEmpty)
    }

    @Test("refuses paths that name no folder of their own", arguments: ["", "/", ".", "..", "a/.."])
    func refuses(_ path: String) {
        #expect(error { try Folder.removeTree(FilePath(path)) }?.errno == .invalidArgument)
    }

    @Test("by two at once leaves nothing and harms nobody")
    func concurrent() async throws {
        for number in 0..<40 {
            try FileManager.default.createDirectory(
                atPath: scratch("t/\(number)/a/b").string, withIntermediateDirectories: true)
        }
        let path = scratch("t")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask { @concurrent in
                    // The slower one may find the folder gone under its hands; what counts is that it is gone.
                    try? Folder.removeTree(path)
                }
            }
        }
        try Folder.removeTree(path)
        #expect(try Folder.entries(of: scratch.path).isEmpty)
    }
}
