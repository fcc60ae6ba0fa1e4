import Foundation
import Glibc
import SystemPackage
import Testing

@testable import ConfigurationFiles

@Suite("Trust in programs of plugins")
struct TrustTests {
    @Test(
        "what others may write is refused, at the command or the manifest",
        arguments: [
            ("plugins/disk/check.sh", mode_t(0o777), "3:11"), ("plugins/disk/check.sh", 0o757, "3:11"),
            ("plugins/disk", 0o777, "1:1"), ("plugins/disk", 0o1777, "1:1"), ("plugins/disk/plugin.yaml", 0o646, "1:1"),
        ])
    func writableByAll(_ name: String, _ mode: mode_t, _ place: String) throws {
        let scratch = try Scratch.instance()
        try scratch.setMode(name, mode)
        #expect(
            scratch.mistakes() == [
                "plugins/disk/plugin.yaml:\(place): error: '\(scratch.path(name))' may be written by everybody, "
                    + "who could put another program there; 'chmod go-w' mends that"
            ])
    }

    @Test("what another user owns is refused", .enabled(if: geteuid() == 0))
    func owner() throws {
        let scratch = try Scratch.instance()
        #expect(chown(scratch.path("plugins/disk/check.sh").string, 12_345, 0) == 0)
        #expect(scratch.mistakes().map { $0.contains("belongs to the user with the number 12345") } == [true])
    }

    @Test("what a group other than root's may write is refused", .enabled(if: geteuid() == 0))
    func group() throws {
        let scratch = try Scratch.instance()
        try scratch.setMode("plugins/disk/check.sh", 0o775)
        #expect(scratch.mistakes() == [])
        #expect(chown(scratch.path("plugins/disk/check.sh").string, 0, 12_345) == 0)
        try scratch.setMode("plugins/disk/check.sh", 0o775)
        #expect(scratch.mistakes().map { $0.contains("may be written by its whole group") } == [true])
    }

    @Test("a link is as good as the program it leads to")
    func links() throws {
        let scratch = try Scratch.instance()
        try scratch.write("open/check.sh", "#!/bin/sh\n")
        try scratch.setMode("open/check.sh", 0o755)
        #expect(unlink(scratch.path("plugins/disk/check.sh").string) == 0)
        #expect(symlink("../../open/check.sh", scratch.path("plugins/disk/check.sh").string) == 0)
        #expect(scratch.mistakes() == [])
        try scratch.setMode("open", 0o777)
        #expect(
            scratch.mistakes().map { $0.contains("'\(scratch.path("open"))' may be written by everybody") } == [true])
    }

    @Test("a program of the system is trusted")
    func system() throws {
        let scratch = try Scratch.instance([
            "plugins/disk/plugin.yaml": Samples.disk.replacing("./check.sh", with: "/bin/sh")
        ])
        #expect(scratch.mistakes() == [])
    }
}
