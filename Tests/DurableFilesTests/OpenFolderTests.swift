import DurableFiles
import Foundation
import SystemPackage
import Testing

@Suite("Open folders")
struct OpenFolderTests {
    private func scratch(_ work: (FilePath) throws -> Void) throws {
        let folder = FilePath(FileManager.default.temporaryDirectory.path).appending("open-\(UUID().uuidString)")
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        defer { try? Folder.removeTree(folder) }
        try Folder.create(folder.appending("a").appending("b"))
        try DurableFile.write([1], to: folder.appending("a/file"), permissions: .ownerReadWrite)
        try work(folder)
    }

    @Test("lists, looks at and removes what lies in them, twice over")
    func works() throws {
        try scratch { folder in
            let open = try OpenFolder.open(folder.appending("a"))
            #expect(try open.components().map(\.string) == ["b", "file"])
            #expect(try open.components().count == 2 && open.facts().kind == .folder)
            #expect(try open.facts(of: "file")?.size == 1 && open.facts(of: "none") == nil)
            try DurableFile.rename(folder.appending("a"), to: folder.appending("c"))
            try open.remove("file")
            try open.removeFolder("b")
            #expect(try Folder.entries(of: folder.appending("c")).isEmpty)
        }
    }

    @Test("no symbolic link is followed, neither on the way nor in them")
    func links() throws {
        try scratch { folder in
            try FileManager.default.createSymbolicLink(atPath: "\(folder)/link", withDestinationPath: "a")
            for path in ["link", "link/b"] {
                let error = #expect(throws: FileError.self) { _ = try OpenFolder.open(folder.appending(path)).path }
                #expect(error?.errno == .tooManySymbolicLinkLevels && error?.path == folder.appending("link"))
            }
            let open = try OpenFolder.open(folder)
            #expect(throws: FileError.self) { _ = try open.folder("link").path }
            #expect(throws: FileError.self) { try open.item("link").setPermissions(.ownerRead) }
            #expect(
                try FileFacts.of(folder.appending("a"), followingLinks: false)?.permissions == .ownerReadWriteExecute)
        }
    }

    @Test("the mode of a file that its owner may not even read can be changed")
    func modes() throws {
        try scratch { folder in
            let path = folder.appending("a/file")
            try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path.string)
            let item = try OpenFolder.open(folder.appending("a")).item("file")
            try item.setPermissions([.ownerReadWrite, .groupRead])
            try item.setOwner(geteuid(), group: nil)
            #expect(try FileFacts.of(path, followingLinks: false)?.permissions == [.ownerReadWrite, .groupRead])
        }
    }
}
