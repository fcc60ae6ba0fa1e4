import Foundation
import Glibc
import SystemPackage
import Testing

@testable import DurableFiles

/// A file system of 1 MB in memory, which only root can make; unmounted when the test ends.
private final class SmallDisk {
    let scratch: Scratch
    var path: FilePath { scratch("disk") }

    static let isAvailable: Bool = {
        // Root in a container may not mount either, so it is tried.
        (try? SmallDisk()) != nil
    }()

    init() throws {
        scratch = try Scratch()
        try Folder.create(scratch("disk"))
        try mount()
    }

    func mount(_ options: String = "") throws {
        let flags = options == "ro" ? UInt(MS_RDONLY | MS_REMOUNT) : 0
        guard geteuid() == 0, Glibc.mount("ronde", path.string, "tmpfs", flags, "size=1m") == 0 else {
            throw FileError(operation: "mount", path: path, errno: Errno(rawValue: errno))
        }
    }

    deinit { umount2(path.string, CInt(MNT_DETACH)) }
}

@Suite("Full and read-only disks", .timeLimit(.minutes(2)))
struct DiskTests {
    @Test("a device without room is an error with the path and what to do")
    func fullDevice() throws {
        let file = try OpenFile.open("/dev/full", O_WRONLY)
        var failure: FileError?
        [UInt8(1), 2, 3].withUnsafeBytes { bytes in
            do throws(FileError) { try file.write(bytes) } catch { failure = error }
        }
        #expect(failure == FileError(operation: "write", path: "/dev/full", errno: .noSpace))
        #expect(failure?.description.contains("free space") == true)
    }

    @Test(
        "a full disk keeps the old file, gets no half of the new one, and leaves nothing",
        .enabled(if: SmallDisk.isAvailable))
    func fullDisk() throws {
        let disk = try SmallDisk()
        let path = disk.path.appending("a")
        try DurableFile.write([1], to: path, permissions: .ownerReadWrite)
        let failure = try #require(
            error {
                try DurableFile.write([UInt8](repeating: 0, count: 2 << 20), to: path, permissions: .ownerReadWrite)
            })
        #expect(failure == FileError(operation: "write", path: path, errno: .noSpace))
        #expect(try DurableFile.read(path, limit: 10) == [1])
        #expect(try Folder.entries(of: disk.path) == ["a"])
    }

    @Test("a lock can be taken on a full disk, for the work that frees space", .enabled(if: SmallDisk.isAvailable))
    func lockOnFullDisk() throws {
        let disk = try SmallDisk()
        _ = error {
            let fill = try OpenFile.open(disk.path.appending("fill"), O_WRONLY | O_CREAT, mode: 0o600)
            var failure: FileError?
            [UInt8](repeating: 0, count: 2 << 20).withUnsafeBytes { bytes in
                do throws(FileError) { try fill.write(bytes) } catch { failure = error }
            }
            if let failure { throw failure }
        }
        let lock = try #require(try FileLock.attempt(disk.path.appending("lock"), .exclusive, purpose: "prune"))
        #expect(try FileLock.attempt(disk.path.appending("lock"), .exclusive) == nil)
        lock.release()
    }

    @Test("a read-only disk is named as such", .enabled(if: SmallDisk.isAvailable))
    func readOnlyDisk() throws {
        let disk = try SmallDisk()
        try disk.mount("ro")
        let path = disk.path.appending("a")
        let failure = error { try DurableFile.write([1], to: path, permissions: .ownerReadWrite) }
        #expect(failure == FileError(operation: "create", path: path, errno: .readOnlyFileSystem))
    }

    @Test("a mount point inside a tree is an error, and what is mounted stays", .enabled(if: SmallDisk.isAvailable))
    func mountPoint() throws {
        let disk = try SmallDisk()
        try DurableFile.write([1], to: disk.path.appending("a"), permissions: .ownerReadWrite)
        let failure = error { try Folder.removeTree(disk.scratch.path) }
        #expect(failure?.errno == .improperLink || failure?.errno == .resourceBusy)
        #expect(try DurableFile.read(disk.path.appending("a"), limit: 10) == [1])
    }

    @Test("what user rights forbid is refused with who needs what", .enabled(if: geteuid() != 0))
    func permissionDenied() throws {
        let scratch = try Scratch()
        try Folder.create(scratch("closed"))
        #expect(chmod(scratch("closed").string, 0o500) == 0)
        let failure = try #require(
            error { try DurableFile.write([1], to: scratch("closed/a"), permissions: .ownerReadWrite) })
        #expect(failure.errno == .permissionDenied)
        #expect(failure.description.contains("user id \(geteuid()) needs write and search access"))
    }
}
