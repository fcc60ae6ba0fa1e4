import DatabasePluginTesting
import DurableFiles
import Foundation
import Maintenance
import PluginKit
import SystemPackage
import Testing

@testable import DiskPlugin

typealias Trial = PluginTrial<DiskPlugin>

@Suite("The disk plugin")
struct DiskPluginTests {
    @Test("without parameters it looks at the file systems of the service, each once")
    func usual() async throws {
        let trial = try Trial()
        // The thresholds are those of whoever has this machine; here they are not the question.
        let record = try await trial.perform(
            "{used_warning: 100%, used_critical: 100%, inodes_warning: 100%, inodes_critical: 100%}")
        #expect(record.outcome == .ok, "\(record.summary)")
        let used = record.measurements.filter { $0.name.hasSuffix(".used") }
        #expect(used.count == 1 && used[0].unit == .percent && (0...100).contains(used[0].value))
        #expect(record.log.count == 1 && record.log[0].message.contains("% used, "))
        #expect(record.summary.contains("% used, ") && record.summary.contains(" free"))
    }

    @Test("a database folder that is not there yet is looked at where it will be")
    func notYet() async throws {
        let trial = try Trial()
        let record = try await trial.perform(database: trial.folder.appending("later/on/app.db"))
        #expect(record.measurements.contains { $0.name.hasSuffix(".used") }, "\(record.summary)")
    }

    @Test("a named path that does not exist is critical and named")
    func missing() async throws {
        let trial = try Trial()
        let record = try await trial.perform("paths: [/nonexistent/here, /]")
        #expect(record.outcome == .critical && record.summary.contains("'/nonexistent/here' does not exist"))
        #expect(record.measured("root.used") != nil)
    }

    @Test("a file, and a path through a link, are as good as a folder; one below a file is critical")
    func kinds() async throws {
        let trial = try Trial()
        let file = trial.scratch.appending("file")
        try Data([1]).write(to: URL(fileURLWithPath: file.string))
        let link = trial.scratch.appending("link")
        try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: "/")
        let circle = trial.scratch.appending("circle")
        try FileManager.default.createSymbolicLink(atPath: circle.string, withDestinationPath: circle.string)
        let record = try await trial.perform("paths: ['\(file)', '\(link)']")
        #expect(record.measurements.filter { $0.name.hasSuffix(".used") }.count == 2, "\(record.summary)")
        for path in ["\(file)/below", "\(circle)"] {
            let record = try await trial.perform("paths: ['\(path)']")
            #expect(record.outcome == .critical && record.summary.contains(path), "\(record.summary)")
        }
    }

    @Test("a file system without room is a finding, as is one in which nothing can be counted")
    func noRoom() async throws {
        let record = try await Trial().perform("paths: [/proc]")
        #expect(record.outcome == .warning && record.summary == "/proc has no room to measure; name another path")
    }

    @Test("a file system that fills is judged by share and by size", .enabled(if: SmallDisk.isAllowed))
    func full() async throws {
        let disk = try SmallDisk("size=1m,nr_inodes=1000")
        let trial = try Trial()
        let path = "paths: ['\(disk.folder)']"
        #expect(try await trial.perform("{\(path)}").outcome == .ok)
        try disk.fill(900_000)
        let warned = try await trial.perform("{\(path)}")
        #expect(warned.outcome == .warning && warned.summary.contains("is 86% used, 147 kB free"), "\(warned.summary)")
        #expect(try await trial.perform("{\(path), used_warning: 90%}").outcome == .ok)
        #expect(try await trial.perform("{\(path), used_warning: 50%, used_critical: 60%}").outcome == .critical)
        let size = try await trial.perform("{\(path), used_warning: 90%, free_warning: 1MB, free_critical: 100kB}")
        #expect(size.outcome == .warning)
        #expect(try await trial.perform("{\(path), free_critical: 200kB}").outcome == .critical)
        let free = try #require(size.measurements.first { $0.name.hasSuffix(".free") })
        #expect(free.unit == .bytes && free.value == 147_456 && free.warning?.description == "1000000:")
        #expect(size.log[0].message.contains("(ronde-test, tmpfs)"), "\(size.log)")
    }

    @Test("inodes run out by themselves", .enabled(if: SmallDisk.isAllowed))
    func inodes() async throws {
        let disk = try SmallDisk("size=1m,nr_inodes=20")
        for number in 0..<18 { try disk.fill(0, named: "\(number)") }
        let record = try await Trial().perform("paths: ['\(disk.folder)']")
        #expect(record.outcome == .critical && record.summary.contains("95% of its inodes"), "\(record.summary)")
    }

    @Test("a file system without a number of inodes is not judged by them", .enabled(if: SmallDisk.isAllowed))
    func noInodes() async throws {
        let disk = try SmallDisk("size=1m,nr_inodes=0")
        let record = try await Trial().perform("paths: ['\(disk.folder)']")
        #expect(record.outcome == .ok && !record.measurements.contains { $0.name.contains("inodes") })
    }

    @Test(
        "what is mounted read-only is what the checklist says, however full it is",
        .enabled(if: SmallDisk.isAllowed),
        arguments: [("", Outcome.critical), (", read_only: warning", .warning), (", read_only: ok", .ok)])
    func readOnly(_ parameters: String, outcome: Outcome) async throws {
        let disk = try SmallDisk("size=1m,nr_inodes=100")
        try disk.fill(1_000_000)
        #expect(disk.makeReadOnly())
        let record = try await Trial().perform("{paths: ['\(disk.folder)']\(parameters)}")
        #expect(record.outcome == outcome, "\(record.summary)")
        #expect(record.summary.contains("read-only"))
    }

    @Test(
        "two paths of one file system are measured each, and its trouble is told once",
        .enabled(if: SmallDisk.isAllowed))
    func twice() async throws {
        let disk = try SmallDisk("size=1m")
        try disk.fill(1_000_000)
        let inside = disk.folder.appending("inside")
        try Folder.create(inside)
        let record = try await Trial().perform("paths: ['\(disk.folder)', '\(inside)']")
        #expect(record.outcome == .critical && !record.summary.contains("; \(inside)"), "\(record.summary)")
        #expect(record.log.filter(\.isFinding).isEmpty)
        #expect(record.log[1].message.contains("(on \(disk.folder))"))
        #expect(Set(record.measurements.map(\.name)).count == record.measurements.count)
    }

    @Test(
        "parameters that cannot be right are refused",
        arguments: [
            "paths: []", "used_warning: 95%", "used_critical: 101%", "{free_warning: 1GB, free_critical: 2GB}",
            "full_within_critical: 20d", "inodes_critical: 50%",
        ])
    func refused(_ parameters: String) async throws {
        let record = try await Trial().perform(parameters)
        #expect(record.outcome == .unknown && record.measurements.isEmpty, "\(record.summary)")
    }

    @Test("a relative path is no parameter", arguments: ["paths: [var]", "paths: ['']", #"paths: ["/a\0b"]"#])
    func relative(_ parameters: String) async throws {
        await #expect(throws: TrialError.self) { try await Trial().perform(parameters) }
    }

    @Test("a service with nothing on disk must name paths")
    func nothing() {
        #expect(throws: TaskFailure.self) {
            try DiskPlace.all(named: nil, of: Service(name: "api", title: "API"))
        }
    }

    @Test("the folders of databases and backups are looked at, each once")
    func places() throws {
        let backups = BackupSettings(
            daily: "/b", weekly: "/b/w", monthly: "/c", adopted: [AdoptedFolder(folder: "/d", keep: .usual)])
        let service = Service(
            name: "api", title: "API",
            databases: ["main": DatabaseLocation(sqlite: "/a/x.db"), "two": DatabaseLocation(sqlite: "/a/y.db")],
            backups: backups)
        let places = try DiskPlace.all(named: nil, of: service)
        #expect(places.map(\.path.string) == ["/a", "/b", "/b/w", "/c", "/d"] && places.allSatisfy { !$0.isNamed })
    }

    @Test("names of measurements are stable, valid and not alike")
    func names() {
        let long = "/" + String(repeating: "x", count: 300)
        let names = DiskPlace.names(for: ["/", "/var/lib", "/Var/Lib/", "/var_lib", "/é €", "/srv/ü-1", FilePath(long)])
        #expect(names.dropLast() == ["root", "var_lib", "var_lib_2", "var_lib_3", "root_2", "srv_1"])
        #expect(names.last?.count == 100)
    }
}
