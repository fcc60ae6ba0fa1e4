import DurableFiles
import Foundation
import Glibc
import SystemPackage
import Testing

@Suite("Writing to the device bit by bit")
struct WriteBehindTests {
    @Test(
        "leaves every byte in its place, on every file system",
        arguments: ["disk", "/dev/shm"].filter { $0 == "disk" || access($0, W_OK) == 0 }, [true, false])
    func keepsBytes(_ place: String, forgets: Bool) throws {
        let scratch = try Scratch()
        let memory = FilePath(place).appending("growing-\(UUID().uuidString)")
        let path = place == "disk" ? scratch("growing") : memory
        defer { unlink(path.string) }
        let file = try FileDescriptor.open(
            path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec], permissions: .ownerReadWrite)
        defer { try? file.close() }
        var behind = WriteBehind(file, forgets: forgets)
        var written: [UInt8] = []
        for piece in 0..<23 {
            let bytes = [UInt8](repeating: UInt8(piece), count: 300_000 + piece)
            try file.writeAll(bytes)
            written += bytes
            behind.advance(to: Int64(written.count))
        }
        #expect(try DurableFile.read(path, limit: 1 << 30) == written)
    }

    @Test("does nothing to what is no file")
    func pipe() throws {
        let ends = try FileDescriptor.pipe()
        defer {
            try? ends.readEnd.close()
            try? ends.writeEnd.close()
        }
        var behind = WriteBehind(ends.writeEnd, forgets: true)
        behind.advance(to: 10 << 20)
        #expect(try ends.writeEnd.writeAll([1, 2]) == 2)
    }
}
