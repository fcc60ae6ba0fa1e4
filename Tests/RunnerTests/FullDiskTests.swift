import DurableFiles
import Foundation
import Glibc
import Maintenance
import Reports
import RunStore
import SystemPackage
import Testing

@testable import Runner

/// A small file system in memory, which only root can make; unmounted at the end.
private final class SmallDisk {
    let path = FilePath(NSTemporaryDirectory()).appending("ronde-disk-\(UUID().uuidString)")

    // Root in a container may not mount either, so it is tried.
    static let isAvailable = (try? SmallDisk()) != nil

    init() throws {
        try Folder.create(path)
        guard geteuid() == 0, mount("ronde", path.string, "tmpfs", 0, "size=8m") == 0 else {
            throw FileError(operation: "mount", path: path, errno: Errno(rawValue: errno))
        }
    }

    /// Waits for the last writer to close its files: before, the system refuses.
    func remountReadOnly() async throws {
        let end = ContinuousClock.now + .seconds(60)
        while mount("ronde", path.string, "tmpfs", UInt(MS_RDONLY | MS_REMOUNT), "") != 0 {
            guard ContinuousClock.now < end else {
                throw FileError(operation: "remount", path: path, errno: Errno(rawValue: errno))
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    deinit {
        umount2(path.string, CInt(MNT_DETACH))
        rmdir(path.string)
    }
}

@Suite(.timeLimit(.minutes(2)), .enabled(if: SmallDisk.isAvailable))
struct FullDiskTests {
    private let fill = "head -c 100000000 /dev/zero > $STAGE/filler; say critical 'no room'"

    @Test("a run during which the disk fills up is recorded all the same, and the reserve is made anew")
    func fillsUp() async throws {
        let disk = try SmallDisk()
        let stage = try Stage(["fill": fill, "good": "say ok fine"], root: disk.path)
        let report = try await stage.runner().run(
            stage.checklist([.of("good"), .of("fill"), .of("more", plugin: "good")]), .init(trigger: .manual),
            observer: SilentObserver())
        #expect(report.outcome == .critical)
        #expect(report.interruption == nil)
        #expect(try stage.reports.read(report.run).outcome == .critical)
        #expect(try stage.store.runs(limit: 1).first?.outcome == .critical)
        unlink(stage.root.appending("filler").string)
        _ = try await stage.runner().run(
            stage.checklist([.of("good")]), .init(trigger: .manual), observer: SilentObserver())
        let reserve = stage.settings.stateFolder.appending("reserve")
        #expect(try FileFacts.of(reserve, followingLinks: false)?.size == DiskReserve.bytes)
    }

    @Test("a run that begins on a full disk is recorded by the reserve that an earlier one left")
    func beginsFull() async throws {
        let disk = try SmallDisk()
        let stage = try Stage(["good": "say ok fine"], root: disk.path)
        let checklist = stage.checklist([.of("good")])
        _ = try await stage.runner().run(checklist, .init(trigger: .manual), observer: SilentObserver())
        Self.fill(disk.path)
        let report = try await stage.runner().run(checklist, .init(trigger: .manual), observer: SilentObserver())
        #expect(try stage.reports.read(report.run).outcome == report.outcome)
        #expect(try stage.store.runs(limit: 9).count == 2)
    }

    @Test("without any room and reserve it is an error that names the full disk, and no task runs")
    func noReserve() async throws {
        let disk = try SmallDisk()
        let stage = try Stage(["good": "echo x > $STAGE/ran; say ok fine"], root: disk.path)
        let runner = try stage.runner()
        Self.fill(disk.path)
        let error = await #expect(throws: RunError.self) {
            try await runner.run(
                stage.checklist([.of("good")]), .init(trigger: .manual), observer: SilentObserver())
        }
        #expect(error?.description.contains("full") == true, "\(String(describing: error))")
        #expect(stage.file("ran") == nil)
    }

    @Test("a store on a read-only file system is an error that says so")
    func readOnly() async throws {
        let disk = try SmallDisk()
        let stage = try Stage([:], root: disk.path)
        _ = try stage.store
        try await disk.remountReadOnly()
        let error = #expect(throws: RunStoreError.self) { try stage.store }
        #expect(error?.description.contains("read-only") == true, "\(String(describing: error))")
    }

    /// Writes until not one byte more fits.
    private static func fill(_ path: FilePath) {
        let file = open(path.appending("filler").string, O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        for size in [1 << 16, 4096, 1] {
            let bytes = [UInt8](repeating: 1, count: size)
            while write(file, bytes, size) > 0 {}
        }
    }
}
