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
            ("plugins", 0o777, "1:1"), ("plugins", 0o1777, "1:1"),
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

    @Test("each folder between the plugins and the program counts, and those above the plugins do not")
    func between() throws {
        let scratch = try Scratch.instance([
            "plugins/disk/plugin.yaml": Samples.disk.replacing("./check.sh", with: "./bin/deep/check.sh")
        ])
        try scratch.write("plugins/disk/bin/deep/check.sh", "#!/bin/sh\n")
        try scratch.setMode("plugins/disk/bin/deep/check.sh", 0o755)
        #expect(scratch.mistakes() == [])
        #expect(chmod(scratch.folder.string, 0o777) == 0)
        #expect(scratch.mistakes() == [])
        try scratch.setMode("plugins/disk/bin", 0o777)
        #expect(
            scratch.mistakes() == [
                "plugins/disk/plugin.yaml:3:11: error: '\(scratch.path("plugins/disk/bin"))' may be written by "
                    + "everybody, who could put another program there; 'chmod go-w' mends that"
            ])
    }

    @Test("a plugin's folder may be a link, and counts where it is")
    func linkedFolder() throws {
        let scratch = try Scratch.instance()
        #expect(rename(scratch.path("plugins/disk").string, scratch.path("elsewhere").string) == 0)
        try scratch.write("far/away/note", "")
        #expect(rename(scratch.path("elsewhere").string, scratch.path("far/away/disk").string) == 0)
        #expect(symlink("../far/away/disk", scratch.path("plugins/disk").string) == 0)
        #expect(scratch.mistakes() == [])
        try scratch.setMode("far", 0o777)
        #expect(
            scratch.mistakes().map { $0.contains("'\(scratch.path("far"))' may be written by everybody") } == [true])
        // As in /tmp: others may put things there, but not touch this.
        try scratch.setMode("far", 0o1777)
        #expect(scratch.mistakes() == [])
    }

    @Test("a link of another user is refused, and one in circles", .enabled(if: geteuid() == 0))
    func foreignLinks() throws {
        let scratch = try Scratch.instance()
        let program = scratch.path("plugins/disk/check.sh").string
        #expect(unlink(program) == 0)
        #expect(symlink("/bin/sh", program) == 0)
        #expect(scratch.mistakes() == [])
        #expect(lchown(program, 12_345, 0) == 0)
        #expect(scratch.mistakes().map { $0.contains("belongs to the user with the number 12345") } == [true])
        #expect(unlink(program) == 0)
        #expect(symlink("check.sh", program) == 0)
        #expect(scratch.mistakes().map { $0.contains("Too many levels of symbolic links") } == [true])
    }

    @Test("a program of the system is trusted")
    func system() throws {
        let scratch = try Scratch.instance([
            "plugins/disk/plugin.yaml": Samples.disk.replacing("./check.sh", with: "/bin/sh")
        ])
        #expect(scratch.mistakes() == [])
    }
}
