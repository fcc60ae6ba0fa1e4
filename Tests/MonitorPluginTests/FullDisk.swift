import DurableFiles
import Foundation
import SystemPackage

/// A small file system that can be filled; only root may mount one.
enum FullDisk {
    static var isPossible: Bool { geteuid() == 0 }

    struct Trouble: Error { let code = errno }

    /// Mounts it at a folder, and takes it away however `body` ends.
    static func mounted(at folder: FilePath, _ body: (FilePath) async throws -> Void) async throws {
        try Folder.create(folder)
        guard mount("tmpfs", folder.string, "tmpfs", 0, "size=64k") == 0 else { throw Trouble() }
        defer { umount(folder.string) }
        try await body(folder)
    }

    /// Takes all the room that is left.
    static func fill(_ folder: FilePath) throws {
        let file = try OpenFile.appending(folder.appending("ballast"), permissions: .ownerReadWrite)
        // That it fails in the end is what is wanted.
        for size in [4096, 1] { while (try? file.writeAtOnce([UInt8](repeating: 0, count: size))) != nil {} }
    }
}
