import DurableFiles
import FileUsers
import Foundation
import SystemPackage
import Testing

@Suite("Who has files open")
struct FileUsersTests {
    @Test("names a process that has a file open, under any of its names, and nobody once it is gone")
    func names() throws {
        let folder = FilePath(FileManager.default.temporaryDirectory.path).appending("users-\(UUID().uuidString)")
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        defer { try? Folder.removeTree(folder) }
        try Folder.create(folder)
        let path = folder.appending("a")
        try DurableFile.write([1], to: path, permissions: .ownerReadWrite)
        try DurableFile.hardLink(path, as: folder.appending("b"))
        let facts = try #require(try FileFacts.of(folder.appending("b"), followingLinks: false))
        #expect(try FileUsers().user(of: facts) == nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "exec 9<'\(path)'; echo ready; read -r line"]
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        #expect(output.fileHandleForReading.availableData.count == 6)
        let user = try #require(try FileUsers().user(of: facts))
        #expect(user.pid == process.processIdentifier && user.description.hasSuffix("(process \(user.pid))"))
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(try FileUsers().user(of: facts) == nil)
    }
}
