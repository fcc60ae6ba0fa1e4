import DurableFiles
import Foundation
import History
import Maintenance
import Reports
import RunStore
import SystemPackage
import Testing

@Suite("Lists of reports that come from the store")
struct ListingTests {
    @Test("show the same as the reports say, and page by page", arguments: [nil, "daily"])
    func pages(checklist: String?) throws {
        let scene = try Scene()
        for number in 0..<25 {
            try scene.run(
                ["daily", "weekly"][number % 2], daysAgo: Double(number), [.ok, .critical, .warning][number % 3])
        }
        let folders = try scene.reports.summaries(of: checklist).found
        // Without a store, and before stock was taken, the folders are looked at.
        let blind = ReportHistory(store: nil, reports: scene.reports)
        #expect(try blind.list(checklist: checklist, limit: 99).found == folders)
        #expect(try blind.newest(of: checklist) == folders.first?.run)
        #expect(try scene.listing.list(checklist: checklist, limit: 99).found == folders)
        #expect(try scene.history().takeFirstStock(at: today))
        #expect(try scene.listing.list(checklist: checklist, limit: 99).found == folders)
        var (pages, position): ([ReportSummary], RunPosition?) = ([], nil)
        while case let page = try scene.listing.list(checklist: checklist, before: position, limit: 4).found,
            let last = page.last
        {
            pages += page
            position = RunPosition(startedAt: last.startedAt, run: last.run)
        }
        #expect(pages == folders)
        #expect(try scene.listing.newest(of: checklist) == folders.first?.run)
    }

    @Test("read the report where the store knows too little of it")
    func oldRows() throws {
        let scene = try Scene()
        let run = try scene.run(daysAgo: 1, .critical)
        try scene.write(
            "UPDATE run SET task_counts = NULL, timezone = NULL, dry_run = NULL, bytes = NULL, header = 'x'")
        try scene.store.keep([.stock: today])
        #expect(try scene.listing.list(limit: 9).found == [ReportSummary(of: try scene.reports.read(run))])
        let before = try scene.listing.list(limit: 9).found
        try scene.write("DELETE FROM history_note")
        try scene.history().takeFirstStock(at: today)
        #expect(try scene.store.run(named: run)?.digest?.taskCounts == [.critical: 1])
        #expect(try scene.store.run(named: run)?.bytes == 3 * 4096)
        #expect(try scene.store.historyTotals().bytes == 3 * 4096)
        #expect(try scene.listing.list(limit: 9).found == before)
    }

    @Test("show a run whose report is gone, and say so; one that goes on is not shown")
    func gone() throws {
        let scene = try Scene()
        let there = try scene.run(daysAgo: 3)
        let gone = try scene.run(daysAgo: 2)
        _ = try scene.store.begin(try Scene.report("daily", at: today), timeZone: .gmt)
        try scene.history().takeFirstStock(at: today)
        try Folder.removeTree(scene.reports.path(of: gone))
        let search = try scene.listing.list(limit: 9)
        #expect(search.found.map(\.run) == [gone, there])
        #expect(search.problems.map(\.name) == [gone.rawValue])
        #expect(try scene.listing.newest() == there)
    }

    @Test("a report is compared with the newest before it of its kind that can be read")
    func previous() throws {
        let scene = try Scene()
        let first = try scene.run(daysAgo: 9)
        let dry = try scene.run(daysAgo: 8, dryRun: true)
        let damaged = try scene.run(daysAgo: 7)
        try scene.run("weekly", daysAgo: 6)
        for number in 0..<60 { try scene.run(daysAgo: 5 - Double(number) / 100, dryRun: true) }
        try DurableFile.write(
            [1], to: scene.reports.path(of: damaged).appending("report.json"), permissions: .ownerReadWrite)
        for _ in 0..<2 {
            let report = try Scene.report("daily", at: today)
            let search = try scene.listing.previous(to: report)
            #expect(search.found?.run == first && search.problems.map(\.name) == [damaged.rawValue])
            let early = try Scene.report("daily", at: today - 7.5 * day, dryRun: true)
            #expect(try scene.listing.previous(to: early).found?.run == dry)
            #expect(try scene.listing.previous(to: try scene.reports.read(first)).found == nil)
            try scene.history().takeFirstStock(at: today)
        }
    }

    @Test("a state database that was begun anew finds all reports again")
    func lostStore() throws {
        let scene = try Scene()
        for number in 0..<5 { try scene.run(daysAgo: Double(number), [.ok, .critical][number % 2]) }
        let before = try scene.reports.summaries().found
        let rows = try scene.store.runs(limit: 9)
        let store = try RunStore(at: scene.root.appending("other/runs.db"))
        try History(store: store, reports: scene.reports, rules: .usual).takeFirstStock(at: today)
        #expect(try ReportHistory(store: store, reports: scene.reports).list(limit: 9).found == before)
        #expect(try store.runs(limit: 9) == rows)
        #expect(try store.historyTotals() == scene.store.historyTotals())
    }

    @Test("folders that are none of a run's are passed over", arguments: ["no report", "..a", "é", "daily-x"])
    func strangers(name: String) throws {
        let scene = try Scene()
        try scene.run(daysAgo: 1)
        try Folder.create(scene.reports.root.appending(name))
        try scene.history().takeFirstStock(at: today)
        #expect(try scene.listing.list(limit: 9).found.count == 1)
        #expect(try scene.runs().count == 1)
    }
}
