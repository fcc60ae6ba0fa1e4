import Backups
import DurableFiles
import Foundation
import SQLiteFile
import Synchronization
import SystemPackage
import Testing

@testable import Restoring

/// How the database that is to be replaced lies there.
enum Before: String, CaseIterable, Sendable {
    case committedInWAL, hotJournal, clean, damagedWithWAL, missing
}

/// Counts the points of a transaction and ends the process, as far as the disk can tell, at one of them.
final class Fault: Sendable {
    private let left: Mutex<Int?>
    private let names = Mutex<[String]>([])

    /// - Parameter point: the number of the point, from 0; nil for none.
    init(at point: Int?) { left = Mutex(point) }

    var passed: [String] { names.withLock { $0 } }

    @Sendable func reach(_ name: String) throws {
        names.withLock { $0.append(name) }
        let isNow = left.withLock { left in
            defer { left = left.map { $0 - 1 } }
            return left == 0
        }
        if isNow { throw SimulatedCrash() }
    }
}

@Suite("A restore killed anywhere", .serialized)
struct CrashTests {
    /// A prepared folder, copied for each kill.
    private struct Case {
        let template: Scratch
        /// Nil where there is none or it cannot be read.
        let old: [TableContents]?
        let oldBytes: [UInt8]?
        let new: [TableContents]
        let set: FilePath

        init(_ before: Before) async throws {
            template = try Scratch()
            let path = template.database
            try template.makeDatabase(journal: before == .hotJournal ? "delete" : "wal")
            let known = try await template.backUp()
            set = known.set.folder
            new = try contents(of: path)
            try runSQL("UPDATE users SET name = 'other ' || id; DELETE FROM users WHERE id > 200", on: path)
            switch before {
            case .clean: break
            case .committedInWAL: try Leftover.wal.make(path)
            case .hotJournal: try Leftover.hotJournal.make(path)
            case .damagedWithWAL:
                try Leftover.smallWAL.make(path)
                try damage(path)
            case .missing: try DatabaseFiles(main: path).remove()
            }
            oldBytes = before == .damagedWithWAL ? try bytes(of: path) + bytes(of: path.adding("-wal")) : nil
            old = try Case.readable(path, before)
        }

        private static func readable(_ path: FilePath, _ before: Before) throws -> [TableContents]? {
            switch before {
            case .damagedWithWAL, .missing: return nil
            case .clean, .committedInWAL: return try contents(of: path)
            case .hotJournal:
                let copy = path.adding(".read")
                for ending in ["", "-journal"] { try FileCopy.make(of: path.adding(ending), at: copy.adding(ending)) }
                defer { try? DatabaseFiles(main: copy).remove() }
                try runSQL("PRAGMA schema_version", on: copy)
                return try contents(of: copy)
            }
        }

        func fresh() throws -> Scratch {
            let scratch = try Scratch()
            for name in ["live", "daily"] {
                try Folder.removeTree(scratch.path(name))
                try runProgram("cp", ["-a", template.path(name).string, scratch.path(name).string])
            }
            return scratch
        }

        func source(_ scratch: Scratch) throws -> RestoreSource {
            let catalogue = try BackupCatalogue.read(scratch.path("daily"), of: scratch.request().identity)
            return .newest(KnownSet(set: try #require(catalogue.newest)))
        }

        /// Which of the two is there, whole.
        func verdict(_ scratch: Scratch) throws -> String {
            let path = scratch.database
            guard try FileStamp.of(path) != nil else {
                try #require(try scratch.liveNames().filter { $0.hasPrefix("test.db") }.isEmpty)
                return old == nil && oldBytes == nil ? "old" : "nothing"
            }
            if let oldBytes, try FileStamp.of(path.adding("-wal")) != nil {
                return try bytes(of: path) + bytes(of: path.adding("-wal")) == oldBytes ? "old" : "a blend"
            }
            // As the service would open it.
            try runSQL("PRAGMA schema_version; SELECT count(*) FROM users", on: path)
            let found = try contents(of: path)
            return found == new ? "new" : found == old ? "old" : "a blend"
        }
    }

    /// Runs a restore to a point, then recoveries to points of theirs, then one to its end.
    private func run(_ it: Case, killedAt points: [Int]) async throws -> (Scratch, PretendedService, [Fault]) {
        let scratch = try it.fresh()
        let service = PretendedService()
        var faults: [Fault] = []
        for (number, point) in (points.map { Optional($0) } + [nil]).enumerated() {
            let fault = Fault(at: point)
            faults.append(fault)
            let tools = scratch.tools(fault.reach)
            do {
                if number == 0 {
                    try await scratch.restore(it.source(scratch), service, tools: tools)
                } else {
                    _ = try await scratch.transaction(service, tools: tools).resume()
                }
            } catch is SimulatedCrash {
                continue
            }
        }
        return (scratch, service, faults)
    }

    @Test("leaves the old or the new database, and the next command brings it to its end", arguments: Before.allCases)
    func once(_ before: Before) async throws {
        let it = try await Case(before)
        let (_, _, faults) = try await run(it, killedAt: [])
        let points = faults[0].passed
        #expect(points.contains("named the new file") && points.count > 12, "\(points)")
        var verdicts: Set<String> = []
        for point in points.indices {
            let (scratch, service, _) = try await run(it, killedAt: [point])
            let verdict = try it.verdict(scratch)
            let swapped = points[...point].contains("named the new file")
            #expect(verdict == (swapped ? "new" : "old"), "killed at \(points[point])")
            #expect(service.runs, "killed at \(points[point])")
            #expect(try scratch.store.unfinished(of: scratch.database).isEmpty, "killed at \(points[point])")
            let left = try scratch.liveNames().filter { $0.hasSuffix(".new") || (!swapped && $0.hasPrefix(".")) }
            #expect(left.isEmpty, "killed at \(points[point])")
            verdicts.insert(verdict)
        }
        #expect(verdicts == ["old", "new"])
    }

    @Test(
        "also where the next commands are killed too",
        arguments: [Before.committedInWAL, .damagedWithWAL])
    func twice(_ before: Before) async throws {
        let it = try await Case(before)
        let points = try await run(it, killedAt: []).2[0].passed
        let start = try #require(points.firstIndex(of: "backed up") ?? points.firstIndex(of: "entered swapping"))
        for point in points.indices where point >= start {
            var second = 0
            while true {
                let (scratch, service, faults) = try await run(it, killedAt: [point, second])
                let swapped = points[...point].contains("named the new file")
                let verdict = try it.verdict(scratch)
                #expect(
                    verdict == (swapped ? "new" : "old"),
                    "killed at \(points[point]), then at \(faults[1].passed.last ?? "no point")")
                #expect(service.runs)
                second += 1
                if faults[1].passed.count < second { break }
            }
        }
    }

    @Test("also on the way back to the old database", arguments: [Before.committedInWAL, .damagedWithWAL, .missing])
    func returning(_ before: Before) async throws {
        let it = try await Case(before)
        /// The service starts with the old database alone.
        @Sendable func service(_ scratch: Scratch, _ new: [TableContents]) -> PretendedService {
            PretendedService {
                if (try? contents(of: scratch.database)) == new { throw TestFailure(description: "cannot use this") }
            }
        }
        func restore(_ scratch: Scratch, _ service: PretendedService, at point: Int?) async throws -> Fault {
            let fault = Fault(at: point)
            do {
                let tools = scratch.tools(fault.reach)
                let result = try await scratch.restore(it.source(scratch), service, tools: tools)
                #expect(result.outcome == .returned && result.reason?.contains("cannot use this") == true)
            } catch is SimulatedCrash {
                _ = try await scratch.transaction(service).resume()
            }
            return fault
        }
        let first = try it.fresh()
        let points = try await restore(first, service(first, it.new), at: nil).passed
        #expect(try it.verdict(first) == "old")
        let start = try #require(points.firstIndex(of: "entered returning"))
        for point in points.indices where point >= start {
            let scratch = try it.fresh()
            let service = service(scratch, it.new)
            _ = try await restore(scratch, service, at: point)
            #expect(try it.verdict(scratch) == "old", "killed at \(points[point])")
            #expect(service.runs)
            #expect(try scratch.store.unfinished(of: scratch.database).isEmpty)
        }
    }
}
