import DurableFiles
import Foundation
import Glibc
import Maintenance
import Reports
import SystemPackage
import Testing

@Suite("Removing reports, and looking through many")
struct FolderRemovalTests {
    @Test("removes a whole report once, and leaves nothing of it")
    func whole() throws {
        let scratch = try ScratchReports()
        let report = try Samples.report()
        try scratch.reports.store(report, previous: nil)
        #expect(try scratch.reports.bytes(of: report.run) == 3 * 4096)
        #expect(try scratch.reports.remove(report.run) == .removed)
        try scratch.reports.sync()
        #expect(try scratch.names().isEmpty)
        #expect(try scratch.reports.remove(report.run) == .missing)
        #expect(try scratch.reports.bytes(of: report.run) == nil)
    }

    @Test(
        "leaves a folder whole that holds anything else", arguments: ["signature.json", "notes/today.txt", ".hidden"])
    func others(name: String) throws {
        let scratch = try ScratchReports()
        let report = try Samples.report()
        try scratch.reports.store(report, previous: nil)
        try scratch.write("x", to: "\(report.run)/\(name)")
        let first = String(name.prefix { $0 != "/" })
        #expect(try scratch.reports.remove(report.run) == .holdsMore([first]))
        #expect(try scratch.names() == [report.run.rawValue])
        #expect(try scratch.reports.read(report.run) == report)
    }

    @Test("finishes what a kill left, and never follows a link or removes what is no folder")
    func leftovers() throws {
        let scratch = try ScratchReports()
        let run = try Samples.run("weekly-20261122-020000")
        try scratch.write("x", to: ".expired-\(run)/report.md")
        #expect(try scratch.reports.remove(run) == .removed)
        #expect(try scratch.names().isEmpty)
        // A half of it, and a new one under the same name.
        try scratch.write("x", to: ".expired-\(run)/report.md")
        try scratch.reports.store(try Samples.report(), previous: nil)
        #expect(try scratch.reports.remove(run) == .removed)
        #expect(try scratch.names().isEmpty)
        try scratch.write("x", to: run.rawValue)
        guard case .holdsMore = try scratch.reports.remove(run) else {
            Issue.record("a file was taken for a report")
            return
        }
        #expect(try scratch.names() == [run.rawValue])
        try scratch.write("kept", to: "elsewhere/report.json")
        let place = scratch.reports.path(of: run)
        try DurableFile.remove(place)
        try #require(symlink("elsewhere", place.string) == 0)
        guard case .holdsMore = try scratch.reports.remove(run) else {
            Issue.record("a link was taken for a report")
            return
        }
        #expect(try scratch.names() == ["elsewhere", run.rawValue])
        #expect(try Folder.entries(of: scratch.reports.root.appending("elsewhere")) == ["report.json"])
    }

    @Test("names come part by part, each once, without those that no run can have")
    func names() throws {
        let scratch = try ScratchReports()
        for number in 0..<55 { try scratch.write("", to: "daily-\(number)/report.json") }
        for name in [".hidden/x", "not a run/x", "é/x"] { try scratch.write("", to: name) }
        var (found, parts): (Set<RunIdentifier>, [Int]) = ([], [])
        guard var names = try ReportNames.of(scratch.reports) else {
            Issue.record("there is a folder")
            return
        }
        while case let part = try names.next(20), !part.isEmpty {
            parts.append(part.count)
            #expect(found.isDisjoint(with: part))
            found.formUnion(part)
        }
        #expect(found.count == 55 && parts == [20, 20, 15])
        let missing = try ReportNames.of(ReportFolder(root: scratch.scratch.appending("nowhere")))
        if missing != nil { Issue.record("there is no such folder") }
    }

    @Test("of candidates the first of the same kind that can be read is compared with")
    func candidates() throws {
        let scratch = try ScratchReports()
        let report = try Samples.report()
        var stored: [RunIdentifier] = []
        for (day, dry) in [(19, false), (20, true), (21, false)] {
            let other = try Samples.report(
                "weekly-202611\(day)-020000", startedAt: "2026-11-\(day)T02:00:00+01:00", dryRun: dry)
            try scratch.reports.store(other, previous: nil)
            stored.insert(other.run, at: 0)
        }
        try scratch.write("{", to: "\(stored[0])/report.json")
        let search = scratch.reports.first(of: [report.run] + stored, toCompareWith: report)
        #expect(search.found?.run == stored[2])
        #expect(search.problems.map(\.name) == [stored[0].rawValue])
    }
}
