import Foundation
import Glibc
import Maintenance
import SystemPackage
import Testing
import YAMLDocument

@testable import ConfigurationFiles

@Suite("Files of a configuration")
struct FileTests {
    static let plain = "checklist: a\nservice: api\ntasks: [{task: a, plugin: vacuum}]\n"

    @Test("a ronde.yaml that is missing is the only mistake")
    func missing() throws {
        let scratch = try Scratch.instance()
        #expect(unlink(scratch.path("ronde.yaml").string) == 0)
        #expect(scratch.mistakes() == ["ronde.yaml:1:1: error: there is no such file"])
    }

    @Test("a folder, a FIFO and a link to nowhere in the place of files are mistakes, and nothing waits for them")
    func notFiles() throws {
        let scratch = try Scratch.instance()
        try scratch.write("schedules/folder.yaml/x", "")
        #expect(mkfifo(scratch.path("schedules/fifo.yaml").string, 0o600) == 0)
        #expect(symlink("nowhere", scratch.path("schedules/link.yaml").string) == 0)
        #expect(symlink("round.yaml", scratch.path("schedules/round.yaml").string) == 0)
        try scratch.write("plugins/lost/x", "")
        #expect(symlink("nowhere", scratch.path("plugins/lost/plugin.yaml").string) == 0)
        #expect(
            scratch.mistakes() == [
                "plugins/lost/plugin.yaml:1:1: error: there is no such file",
                "schedules/fifo.yaml:1:1: error: this is not a regular file (a FIFO, socket or device); "
                    + "copy its content into a file",
                "schedules/folder.yaml:1:1: error: this is a folder; name a file in it",
                "schedules/link.yaml:1:1: error: there is no such file",
                "schedules/round.yaml:1:1: error: the file cannot be read: Too many levels of symbolic links",
            ])
    }

    @Test("files and folders that nobody lets us read are mistakes", .enabled(if: geteuid() != 0))
    func unreadable() throws {
        let scratch = try Scratch.instance()
        try scratch.setMode("schedules/weekly.yaml", 0)
        try scratch.setMode("plugins", 0)
        defer { try? scratch.setMode("plugins", 0o755) }  // else the folder could not be removed
        #expect(
            scratch.mistakes() == [
                "ronde.yaml:4:43: error: the folder of plugins 'plugins' cannot be read: permission denied",
                "schedules/weekly.yaml:1:1: error: the file may not be read: permission denied",
            ])
    }

    @Test("links to files and folders are followed")
    func links() throws {
        let scratch = try Scratch.instance()
        try scratch.write("elsewhere/a.yaml", Self.plain)
        #expect(symlink("../elsewhere/a.yaml", scratch.path("schedules/a.yaml").string) == 0)
        #expect(try scratch.loaded().checklists.map(\.name) == ["a", "weekly"])
    }

    @Test("only files that end in .yaml or .yml are read, by name, and procedures after them")
    func order() throws {
        let scratch = try Scratch.instance()
        for name in ["c.yml", "B.YAML", "procedures/start.yaml"] {
            let checklist = name.prefix { $0 != "." }.split(separator: "/").last.map { $0.lowercased() } ?? ""
            try scratch.write("schedules/\(name)", Self.plain.replacing(": a\n", with: ": \(checklist)\n"))
        }
        for name in [".hidden.yaml", "old.yaml~", "notes.txt", "deeper/x.yaml"] {
            try scratch.write("schedules/\(name)", "nonsense")
        }
        #expect(try scratch.loaded().checklists.map(\.name) == ["b", "c", "weekly", "start"])
    }

    @Test("a missing folder of plugins leaves the plugins of the build")
    func noPlugins() throws {
        let scratch = try Scratch.instance()
        try FileManager.default.removeItem(atPath: scratch.path("plugins").string)
        #expect(try scratch.loaded().plugins.keys.sorted() == ["backup", "probe", "vacuum"])
    }

    @Test("two names of one folder are one folder")
    func linkedFolders() throws {
        let scratch = try Scratch.instance()
        try scratch.write("var/backups/x", "")
        #expect(symlink("backups", scratch.path("var/archives").string) == 0)
        #expect(
            scratch.mistakes().map { $0.prefix(66) }
                == ["ronde.yaml:10:72: error: this is the folder of the daily backups o"])
    }

    @Test("a folder of schedules that has gone is a mistake, also where it is the default")
    func noSchedules() throws {
        let scratch = try Scratch.instance(["ronde.yaml": "services: {api: {}}\n"])
        try FileManager.default.removeItem(atPath: scratch.path("schedules").string)
        #expect(
            scratch.mistakes() == [
                "ronde.yaml:1:1: error: the folder of schedules 'schedules' is missing; make it, or name another below 'folders:'"
            ])
    }

    @Test("names and paths beyond all measure are mistakes of a bounded length", arguments: [65, 300, 100_000])
    func longNames(_ length: Int) throws {
        let long = String(repeating: "n", count: length)
        let scratch = try Scratch.instance([
            "schedules/weekly.yaml":
                "checklist: \(long)\nservice: \(long)\ntitle: t\ntasks: [{task: \(long), plugin: \(long), needs: [\(long)]}]\n"
        ])
        let mistakes = scratch.mistakes()
        #expect(mistakes.map { $0.prefix(25) }.first == "schedules/weekly.yaml:1:1")
        #expect(mistakes.count == 4)
        #expect(mistakes.allSatisfy { $0.utf8.count < 400 })
        try scratch.write(
            "ronde.yaml", "folders: {state: \(String(repeating: "n", count: length + 200))}\nservices: {}\n")
        #expect(scratch.mistakes().first?.hasPrefix("ronde.yaml:1:18: error: 'state': 'nnn") == true)
    }

    @Test("what a terminal would act on is not printed as it is")
    func controls() throws {
        let scratch = try Scratch.instance([
            "schedules/weekly.yaml":
                "checklist: \"a\\e[31m\\u202Eb\"\nservice: \"\\a\"\n\"ti\\rtle\": x\ntasks: [{task: a, plugin: vacuum}]\n"
        ])
        for mistake in scratch.mistakes() {
            #expect(!mistake.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E }, "\(mistake)")
        }
    }

    @Test("more mistakes than anybody reads are counted")
    func manyMistakes() throws {
        let keys = (0..<1500).map { "k\($0): 1\n" }.joined()
        let scratch = try Scratch.instance(["ronde.yaml": Samples.instance + keys])
        let mistakes = scratch.mistakes()
        #expect(mistakes.count == 1001)
        #expect(mistakes.last == "ronde.yaml:1011:1: error: there are 500 more mistakes, not shown")
    }

    @Test("mistakes come in the same order each time")
    func stableOrder() throws {
        let scratch = try Scratch.instance([
            "ronde.yaml": "x: 1\n" + Samples.instance, "plugins/disk/plugin.yaml": "name: [\n",
            "plugins/card/plugin.yaml": "nam: 1\n", "schedules/b.yaml": "a: 1\n", "schedules/a.yaml": "b: 1\n",
        ])
        var bytes = Samples.compiledIn
        for name in ["backup", "probe", "vacuum"] { bytes[name] = Array("name: \(name)\n".utf8) }
        let all = (0..<20).map { _ in
            ConfigurationLoader(compiledIn: bytes, workingFolder: scratch.folder, now: Samples.now)
                .check(scratch.path("ronde.yaml"), and: []).map(\.description)
        }
        #expect(Set(all).count == 1)
        let files = all[0].map { String($0.prefix { $0 != ":" }) }
        var order: [String] = []
        for file in files where order.last != file { order.append(file) }
        #expect(
            order == [
                "ronde.yaml", "plugins/backup/plugin.yaml", "plugins/probe/plugin.yaml", "plugins/vacuum/plugin.yaml",
                "plugins/card/plugin.yaml", "plugins/disk/plugin.yaml", "schedules/a.yaml", "schedules/b.yaml",
            ])
    }
}
