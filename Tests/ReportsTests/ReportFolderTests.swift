import DurableFiles
import Foundation
import Glibc
import Maintenance
import Reports
import SystemPackage
import Testing

/// A folder of reports in a scratch folder that is removed at the end.
final class ScratchReports: Sendable {
    let scratch: FilePath
    let reports: ReportFolder

    init() throws {
        let name = "reports-\(UUID().uuidString)"
        scratch = FilePath(FileManager.default.temporaryDirectory.path).appending(name)
        reports = ReportFolder(root: scratch.appending("reports"))
        try Folder.create(scratch)
    }

    deinit {
        // What stays is in the system's temporary folder.
        try? FileManager.default.removeItem(atPath: scratch.string)
    }

    func names() throws -> [String] { try Folder.entries(of: reports.root) }

    func write(_ text: String, to path: String) throws {
        let path = reports.root.appending(FilePath(path).components)
        try Folder.create(path.removingLastComponent())
        try DurableFile.write([UInt8](text.utf8), to: path, permissions: .ownerReadWrite)
    }
}

@Suite("A folder of reports")
struct ReportFolderTests {
    @Test("stores both forms for the owner alone, and reads them back")
    func roundTrip() throws {
        let scratch = try ScratchReports()
        let (report, previous) = (try Samples.badWeek(), try Samples.goodWeek())
        let folder = try scratch.reports.store(report, previous: previous)
        #expect(folder == scratch.reports.path(of: report.run))
        #expect(try scratch.names() == ["weekly-20261122-020000"])
        #expect(try Folder.entries(of: folder) == ["report.json", "report.md"])
        #expect(try FileFacts.of(folder, followingLinks: false)?.permissions == .ownerReadWriteExecute)
        for name in ["report.json", "report.md"] {
            #expect(
                try FileFacts.of(folder.appending(name), followingLinks: false)?.permissions == .ownerReadWrite)
        }
        #expect(try scratch.reports.read(report.run) == report)
        let comparison = RunComparison(of: report, since: previous)
        #expect(try scratch.reports.markdown(report.run) == MarkdownReport.render(report, comparison: comparison))
    }

    @Test(
        "never touches the folder of a run that has one, nor a file of that name",
        arguments: ["weekly-20261122-020000/report.json", "weekly-20261122-020000"])
    func existing(path: String) throws {
        let scratch = try ScratchReports()
        let report = try Samples.report()
        try scratch.write("mine", to: path)
        #expect(throws: ReportError.alreadyStored(report.run, scratch.reports.path(of: report.run))) {
            try scratch.reports.store(report, previous: nil)
        }
        #expect(try scratch.names() == ["weekly-20261122-020000"])
        let kept = try DurableFile.read(scratch.reports.root.appending(FilePath(path).components), limit: 100)
        #expect(kept == [UInt8]("mine".utf8))
    }

    @Test("lets one of many writers of a run win, and leaves one whole report")
    func race() async throws {
        let scratch = try ScratchReports()
        let reports = scratch.reports
        let report = try Samples.badWeek()
        let stored = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask { @concurrent in
                    do throws(ReportError) {
                        try reports.store(report, previous: nil)
                        return true
                    } catch {
                        #expect(error == .alreadyStored(report.run, reports.path(of: report.run)))
                        return false
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(stored == 1)
        #expect(try scratch.names() == [report.run.rawValue])
        #expect(try reports.read(report.run) == report)
    }

    @Test("keeps the system's reason where it cannot store, and leaves nothing")
    func refused() throws {
        let scratch = try ScratchReports()
        let blocked = ReportFolder(root: scratch.scratch.appending("file"))
        try DurableFile.write([1], to: blocked.root, permissions: .ownerReadWrite)
        let error = try #require(throws: ReportError.self) {
            try blocked.store(try Samples.report(), previous: nil)
        }
        #expect(error.fileError?.errno == .notDirectory)
        #expect(try Folder.entries(of: scratch.scratch) == ["file"])
    }

    @Test("leaves nothing in a root that may not be written", .enabled(if: geteuid() != 0))
    func unwritable() throws {
        let scratch = try ScratchReports()
        try Folder.create(scratch.reports.root, permissions: [.ownerRead, .ownerExecute])
        let error = try #require(throws: ReportError.self) {
            try scratch.reports.store(try Samples.report(), previous: nil)
        }
        #expect(error.fileError?.errno == .permissionDenied)
        #expect(try scratch.names().isEmpty)
    }

    @Test("keeps the system's reason where the path is too long")
    func nameTooLong() throws {
        let scratch = try ScratchReports()
        let deep = String(repeating: "x/", count: 2_040)
        let reports = ReportFolder(root: scratch.scratch.appending(FilePath(deep).components))
        let error = try #require(throws: ReportError.self) { try reports.store(try Samples.report(), previous: nil) }
        #expect(error.fileError?.errno == .fileNameTooLong)
    }

    @Test("lists the newest first, whatever the checklist, and names what is no report")
    func listing() throws {
        let scratch = try ScratchReports()
        let names = [
            "daily-20261122-030000", "weekly-20261122-020000", "weekly-20261122-020000-2", "weekly-20261122-020000-10",
            "a-b-20260101-000000", "byhand",
        ]
        for name in names { try scratch.write("{}", to: name + "/report.json") }
        try scratch.write("", to: "index.html")
        try scratch.write("", to: ".hidden/report.json")
        try scratch.write("", to: "weekly-20261108-020000/report.md")
        try scratch.write("", to: "not a run/report.json")
        let listing = try scratch.reports.list()
        #expect(
            listing.runs.map(\.rawValue) == [
                "daily-20261122-030000", "weekly-20261122-020000-10", "weekly-20261122-020000-2",
                "weekly-20261122-020000", "a-b-20260101-000000", "byhand",
            ])
        #expect(listing.problems.map(\.name) == ["not a run", "weekly-20261108-020000"])
        #expect(listing.problems.last?.description.contains("report.json is missing") == true)
    }

    @Test("has no reports where there is no folder")
    func missingRoot() throws {
        let scratch = try ScratchReports()
        let listing = try scratch.reports.list()
        #expect(listing.runs.isEmpty && listing.problems.isEmpty)
        #expect(try scratch.reports.removeLeftovers() == [])
        let run = try Samples.run("weekly-20261122-020000")
        #expect(throws: ReportError.notFound(run, scratch.reports.root)) { try scratch.reports.read(run) }
    }

    @Test("finds the newest earlier readable run of the checklist, and names those it passed over")
    func previous() throws {
        let scratch = try ScratchReports()
        let (report, good) = (try Samples.badWeek(), try Samples.goodWeek())
        try scratch.reports.store(good, previous: nil)
        try scratch.write("{", to: "weekly-20261118-020000/report.json")
        try scratch.write("{", to: "daily-20261118-020000/report.json")
        try scratch.write("", to: "weekly-20261119-020000/report.md")
        for (name, start, isDry) in [
            ("weekly-20261108-020000", "2026-11-08T02:00:00+01:00", false),
            ("weekly-20261120-020000", "2026-11-20T02:00:00+01:00", true),
            ("weekly-20261129-020000", "2026-11-29T02:00:00+01:00", false),
        ] {
            try scratch.reports.store(try Samples.report(name, startedAt: start, dryRun: isDry), previous: nil)
        }
        try scratch.reports.store(
            try Samples.report("weekly-extra-20261121-020000", checklist: "weekly-extra"), previous: nil)
        let search = try scratch.reports.previous(to: report)
        #expect(search.found == good)
        #expect(search.problems.map(\.name) == ["weekly-20261119-020000", "weekly-20261118-020000"])
        try scratch.reports.store(report, previous: search.found)
        #expect(try scratch.reports.previous(to: report).found == good)
    }

    @Test("goes by the instant and not the name in the hour that clocks repeat")
    func repeatedHour() throws {
        let scratch = try ScratchReports()
        let first = try Samples.report("weekly-20261025-024500", startedAt: "2026-10-25T02:45:00+02:00")
        let second = try Samples.report("weekly-20261025-021500", startedAt: "2026-10-25T02:15:00+01:00")
        let third = try Samples.report("weekly-20261025-030000", startedAt: "2026-10-25T03:00:00+01:00")
        for report in [first, second, third] { try scratch.reports.store(report, previous: nil) }
        #expect(try scratch.reports.previous(to: third).found == second)
        #expect(try scratch.reports.previous(to: second).found == first)
        #expect(try scratch.reports.previous(to: first).found == nil)
    }

    @Test(
        "names a damaged report, never crashes",
        arguments: [
            "", "{", "null", "[]", "{}", "\u{FEFF}{}", #"{"run":"../../etc/passwd"}"#,
            #"{"run":"weekly-20261122-020000"}"#,
            String(repeating: "[", count: 1_000_000), "\u{0}\u{1}\u{2}",
        ])
    func damaged(text: String) throws {
        let scratch = try ScratchReports()
        try scratch.write(text, to: "weekly-20261122-020000/report.json")
        let run = try Samples.run("weekly-20261122-020000")
        let error = try #require(throws: ReportError.self) { try scratch.reports.read(run) }
        #expect("\(error)".contains("is not a whole report"))
        let search = try scratch.reports.summaries()
        #expect(search.found.isEmpty && search.problems.count == 1)
    }

    @Test("takes a report in another run's folder for damaged")
    func moved() throws {
        let scratch = try ScratchReports()
        let folder = try scratch.reports.store(try Samples.report(), previous: nil)
        let other = try Samples.run("weekly-20261129-020000")
        try DurableFile.rename(folder, to: scratch.reports.path(of: other))
        let error = try #require(throws: ReportError.self) { try scratch.reports.read(other) }
        #expect("\(error)".contains("it is the report of the run weekly-20261122-020000"))
    }

    @Test("reads the newest summaries of one checklist")
    func summaries() throws {
        let scratch = try ScratchReports()
        for day in 10...14 {
            for list in ["daily", "weekly"] {
                let start = "2026-11-\(day)T02:00:00+01:00"
                try scratch.reports.store(
                    try Samples.report("\(list)-202611\(day)-020000", checklist: list, startedAt: start), previous: nil)
            }
        }
        let search = try scratch.reports.summaries(of: "daily", limit: 2)
        #expect(search.found.map(\.run.rawValue) == ["daily-20261114-020000", "daily-20261113-020000"])
        #expect(search.problems.isEmpty)
    }

    @Test("removes what dead writers left, and nothing that is being written or is not its own")
    func leftovers() throws {
        let scratch = try ScratchReports()
        try scratch.reports.store(try Samples.report(), previous: nil)
        let destination = scratch.reports.root.appending("weekly-20261129-020000")
        let alive = try TemporaryFile.create(beside: destination, permissions: .ownerReadWrite)
        let aliveName = try #require(alive.path.lastComponent?.string)
        let dead = ".weekly-20261129-020000.tmp-1-0123456789abcdef"
        let deadAlone = ".weekly-20261129-020000.tmp-2-0123456789abcdef.d"
        try scratch.write("", to: dead)
        try scratch.write("{", to: dead + ".d/report.json")
        try scratch.write("{", to: deadAlone + "/report.json")
        try scratch.write("{", to: aliveName + ".d/report.json")
        try scratch.write("x", to: ".config.d/file")
        #expect(try scratch.reports.removeLeftovers() == [dead + ".d", deadAlone])
        #expect(try scratch.names() == [aliveName, aliveName + ".d", ".config.d", "weekly-20261122-020000"].sorted())
        #expect(try scratch.reports.list().problems.isEmpty)
        _ = consume alive
        #expect(try scratch.reports.removeLeftovers() == [aliveName + ".d"])
    }
}
