import Foundation
import Maintenance
import SystemPackage
import Testing
import YAMLDocument

@testable import ConfigurationFiles

@Suite("Checking files one by one")
struct CheckTests {
    static let faulty = "checklist: other\nservice: apii\ntasks: [{task: a, plugin: vacum}]\n"

    private func check(_ scratch: Scratch, _ instance: String?, _ others: String...) -> [String] {
        scratch.loader.check(instance.map(scratch.path), and: others.map { FilePath($0) }).map(\.description)
    }

    @Test("a file of the instance is not read twice, be it good or faulty")
    func once() throws {
        let scratch = try Scratch.instance(["schedules/weekly.yaml": Self.faulty])
        let once = check(scratch, "ronde.yaml")
        #expect(once.count == 2)
        #expect(check(scratch, "ronde.yaml", "schedules/weekly.yaml", "ronde.yaml", "plugins/disk/plugin.yaml") == once)
        #expect(check(scratch, "ronde.yaml", "schedules", "schedules/../schedules/weekly.yaml") == once)
    }

    @Test("a further checklist is checked against the services and plugins of the instance")
    func further() throws {
        let scratch = try Scratch.instance(["else/other.yaml": Self.faulty])
        #expect(
            check(scratch, "ronde.yaml", "else/other.yaml") == [
                "else/other.yaml:2:10: error: 'service' cannot be 'apii'; allowed: api; did you mean 'api'?",
                "else/other.yaml:3:27: error: 'plugin' cannot be 'vacum'; allowed: backup, disk, probe, vacuum; "
                    + "did you mean 'vacuum'?",
            ])
    }

    @Test("without an instance any service will do, but only the plugins of the build")
    func alone() throws {
        let scratch = try Scratch.instance(["else/other.yaml": Self.faulty])
        #expect(
            check(scratch, nil, "else/other.yaml") == [
                "else/other.yaml:3:27: error: 'plugin' cannot be 'vacum'; allowed: backup, probe, vacuum; "
                    + "did you mean 'vacuum'?"
            ])
        #expect(check(scratch, nil, "schedules/weekly.yaml", "plugins/disk/plugin.yaml", "ronde.yaml") == [])
    }

    @Test("a folder stands for its ronde.yaml, or for the checklists in it")
    func folders() throws {
        let scratch = try Scratch.instance([
            "else/a.yaml": Self.faulty, "else/b.yml": "x", "other/ronde.yaml": "x: 1\n",
        ])
        #expect(check(scratch, nil, "else").map { $0.prefix(12) } == ["else/a.yaml:", "else/b.yml:1"])
        #expect(check(scratch, nil, "other").map { $0.prefix(17) } == Array(repeating: "other/ronde.yaml:", count: 2))
        #expect(check(scratch, nil, "nowhere") == ["nowhere:1:1: error: there is no such file"])
    }

    @Test("what a file is, its keys say, be they misspelt")
    func sorts() throws {
        let scratch = try Scratch.instance([
            "a.yaml": "checklst: a\nservice: b\ntaks: []\n", "b.yaml": "nam: a\nsummary: b\nparameters: {}\n",
            "c.yaml": "timezone: UTC\nservces: {}\n", "d.yaml": "hello: world\n", "e/plugin.yaml": "hello: world\n",
            "procedures/f.yaml": "hello: world\n", "g.yaml": "",
        ])
        let first = { (name: String) in check(scratch, nil, name).first ?? "" }
        #expect(first("a.yaml") == "a.yaml:1:1: error: the key 'checklist' is missing")
        #expect(first("b.yaml") == "b.yaml:1:1: error: the key 'name' is missing")
        #expect(first("c.yaml") == "c.yaml:1:1: error: the key 'services' is missing")
        #expect(first("d.yaml").hasPrefix("d.yaml:1:1: error: this is neither a checklist"))
        #expect(first("e/plugin.yaml") == "e/plugin.yaml:1:1: error: the key 'name' is missing")
        #expect(first("procedures/f.yaml") == "procedures/f.yaml:1:1: error: the key 'checklist' is missing")
        #expect(first("g.yaml").hasPrefix("g.yaml:1:1: error: this is neither a checklist"))
    }

    @Test("the plugins of the build are known without an instance")
    func plugins() throws {
        let scratch = try Scratch()
        #expect(scratch.loader.compiledInPlugins().keys.sorted() == ["backup", "probe", "vacuum"])
        #expect(scratch.loader.compiledInPlugins()["backup"]?.locks == [.database: .shared])
    }

    @Test("parameters from a command line are checked like those of a task")
    func parameters() throws {
        let manifest = try #require(try Scratch().loader.compiledInPlugins()["backup"])
        let (value, none) = ParameterReading.read("tier: daily\n", of: manifest)
        #expect(value == .object(["tier": .string("daily"), "keep": .integer(7)]))
        #expect(none == [])
        let (nothing, mistakes) = ParameterReading.read("tier: dayly\nkep: 1\n", of: manifest)
        #expect(nothing == nil)
        #expect(
            mistakes.map(\.description) == [
                "--with:1:7: error: 'tier' cannot be 'dayly'; allowed: daily, weekly, monthly; did you mean 'daily'?",
                "--with:2:1: error: unknown key 'kep'; did you mean 'keep'?",
            ])
        #expect(ParameterReading.read("", of: manifest).mistakes.map(\.position.line) == [1])
        #expect(ParameterReading.read("tier: [", of: manifest).mistakes.count == 1)
    }

    @Test("the configuration is found here, above, or not at all")
    func locator() throws {
        let scratch = try Scratch.instance(["a/b/x": ""])
        #expect(ConfigurationLocator.find(from: scratch.path("a/b")) == scratch.path("ronde.yaml"))
        #expect(ConfigurationLocator.find(from: scratch.path("a/../a")) == scratch.path("ronde.yaml"))
        #expect(ConfigurationLocator.absolute("../x", from: "/a/b") == "/a/x")
        #expect(ConfigurationLocator.absolute("/x", from: "/a/b") == "/x")
        #expect(ConfigurationLocator.shortName("/a/b/c", from: "/a") == "b/c")
        #expect(ConfigurationLocator.shortName("/a", from: "/a") == "/a")
        #expect(ConfigurationLocator.shortName("/b/c", from: "/a") == "/b/c")
    }
}
