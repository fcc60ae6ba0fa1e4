import DurableFiles
import Foundation
import Maintenance
import SystemPackage
import Testing

@testable import Runner

struct EvidenceTests {
    @Test("a file is copied with its digest, for its owner's eyes")
    func copied() throws {
        let stage = try Stage()
        let file = stage.root.appending("photo.jpg")
        try Folder.create(stage.root)
        try DurableFile.write(Array("abc".utf8), to: file, permissions: .ownerReadWrite)
        let run = try #require(RunIdentifier(rawValue: "monthly-20261122-020000"))
        let kept = try EvidenceFolder(of: run, settings: stage.settings).keep(file, for: "step", as: "photo")
        #expect(kept.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(kept.path == "\(stage.settings.stateFolder)/evidence/\(run)/step-photo.jpg")
        #expect(stage.file("state/evidence/\(run)/step-photo.jpg") == "abc")
    }

    @Test("what is no file is refused", arguments: ["/nonexistent/file", "/proc", "/dev/zero"])
    func noFile(path: String) throws {
        let stage = try Stage()
        let run = try #require(RunIdentifier(rawValue: "monthly-20261122-020000"))
        #expect(throws: FileError.self) {
            try EvidenceFolder(of: run, settings: stage.settings).keep(FilePath(path), for: "step", as: "photo")
        }
    }
}
