import Backups
import DurableFiles
import Foundation
import SystemPackage
import Testing

@Suite("Adopting backups that scripts made")
struct AdoptionTests {
    private let now = "2026-01-20T12:00:00Z"

    /// A folder as the runbook's scripts leave it.
    private func prepared(_ extra: String = "") throws -> Scratch {
        let scratch = try Scratch()
        try scratch.makeDatabase("test.db", journal: "delete")
        let script = """
            cd '\(scratch.folder)'; mkdir old; umask 022
            cp test.db old/test_20251210.db; touch -d '2025-12-10T02:30:00Z' old/test_20251210.db
            gzip -c test.db > old/test_20251210.db.gz; touch -d '2025-12-10T02:30:00Z' old/test_20251210.db.gz
            cp test.db old/test_20251211_020000.db
            gzip -c test.db > old/test_20251211_020000.db.gz
            gzip -c test.db > old/test_20251111.db.gz; touch -d '2025-11-12T12:00:00Z' old/test_20251111.db.gz
            chmod 644 old/*; chmod 755 old; cd old; \(extra); true
            """
        try runProgram("sh", ["-c", script])
        return scratch
    }

    private func request(_ scratch: Scratch, tiers: [Tier] = []) -> AdoptionRequest {
        AdoptionRequest(
            identity: scratch.request().identity, folder: scratch.path("old"), tiers: tiers,
            source: scratch.path("test.db"), timeZone: paris, scratch: scratch.path("scratch"))
    }

    private func adopt(_ request: AdoptionRequest) async throws -> AdoptionReport {
        try await Adoption(request, now: clock(now)).run()
    }

    private func bytes(_ scratch: Scratch) throws -> String {
        try runProgram(
            "sh",
            [
                "-c",
                "cd '\(scratch.path("old"))' && find . ! -name '*.json' ! -name '.*' -type f -printf '%p %m %T@ ' -exec sha256sum {} +",
            ]
        ).output
    }

    @Test("each whole file becomes a set of its own, in place, and not a byte of it changes")
    func adopts() async throws {
        let scratch = try prepared()
        let before = try bytes(scratch)
        let report = try await adopt(request(scratch))
        #expect(
            report.files.map(\.file) == [
                "test_20251111.db.gz", "test_20251210.db", "test_20251210.db.gz", "test_20251211_020000.db",
                "test_20251211_020000.db.gz",
            ])
        #expect(report.adopted.count == 5 && report.files.allSatisfy { $0.rows == 2000 })
        #expect(report.files.map(\.instantSource) == [.name, .mtime, .mtime, .name, .name])
        #expect(
            try report.files.map(\.instant)
                == [
                    "2025-11-10T23:00:00Z", "2025-12-10T02:30:00Z", "2025-12-10T02:30:00Z", "2025-12-11T01:00:00Z",
                    "2025-12-11T01:00:00Z",
                ].map(instant))
        #expect(try bytes(scratch) == before)
        let catalogue = try BackupCatalogue.read(scratch.path("old"), of: scratch.request().identity)
        #expect(catalogue.sets.map { "\($0.name)" } == report.files.map(\.file) && catalogue.problems.isEmpty)
        #expect(catalogue.sets.allSatisfy { $0.tiers.isEmpty && $0.summary.adopted != nil })
        for set in catalogue.sets {
            #expect(try await SetVerification.verify(set, now: Date()).isSound)
            #expect(try permissions(of: set.manifestPath) == "600")
        }
        #expect(try scratch.names("scratch").isEmpty)
        // A second time there is nothing to do.
        #expect(try await adopt(request(scratch)).files.isEmpty)
    }

    @Test("a dry run looks at everything and writes nothing")
    func dryRun() async throws {
        let scratch = try prepared(
            "printf x | dd of=test_20251210.db bs=1 seek=50 conv=notrunc; head -c 500 test_20251111.db.gz > t; mv t test_20251111.db.gz"
        )
        let names = try scratch.names("old")
        var dry = request(scratch)
        dry.isDryRun = true
        dry.tightens = true
        let report = try await adopt(dry)
        #expect(report.isDryRun && report.adopted.count >= 3 && report.refused.count >= 1)
        #expect(report.exposures.allSatisfy { !$0.isTightened } && report.exposures.count == report.adopted.count + 1)
        #expect(try scratch.names("old") == names && scratch.names("scratch").isEmpty)
        #expect(try permissions(of: scratch.path("old")) == "755")
    }

    @Test(
        "what is damaged or cannot be trusted is refused with the reason, and everything else is adopted",
        arguments: [
            ("head -c 9000 test_20251111.db.gz > test_20251112.db.gz", "test_20251112.db.gz", "it is damaged"),
            ("(cat test_20251111.db.gz; echo more) > test_20251112.db.gz", "test_20251112.db.gz", "it is damaged"),
            ("head -c 40960 ../test.db > test_20251112.db", "test_20251112.db", "the database in it is damaged"),
            (
                "cp ../test.db t; dd if=/dev/urandom of=t bs=4096 seek=9 count=9 conv=notrunc; gzip -c t > test_20251112.db.gz; rm t",
                "test_20251112.db.gz", "the database in it is damaged"
            ),
            (": > test_20251112.db", "test_20251112.db", "damaged"),
            ("seq 9999 > test_20251112.db", "test_20251112.db", "damaged"),
            ("cp ../test.db test_20251112.db.gz", "test_20251112.db.gz", "damaged"),
            ("cp test_20251111.db.gz test_20251112.db", "test_20251112.db", "damaged"),
            ("cp ../test.db test_20251332.db", "test_20251332.db", "no day and time"),
            ("cp ../test.db test_20251112_246000.db", "test_20251112_246000.db", "no day and time"),
            ("cp ../test.db test_20270101.db", "test_20270101.db", "later than the clock"),
            (
                "cp ../test.db test_20251112.db; echo w > test_20251112.db-wal", "test_20251112.db",
                "-wal' lies beside it"
            ),
            ("echo x > test_20251112.db.gz.gpg", "test_20251112.db.gz.gpg", "encrypted"),
            ("ln -s ../test.db test_20251112.db", "test_20251112.db", "symbolic link"),
            ("mkdir test_20251112.db", "test_20251112.db", "not of the form"),
            ("cp ../test.db test_before_update.db", "test_before_update.db", "not of the form"),
            ("echo > backup_202511.sql", "backup_202511.sql", "SQL text"),
            ("echo | gzip > test_20251112.sql.gz", "test_20251112.sql.gz", "SQL text"),
            ("mkfifo test_20251112.db", "test_20251112.db", "not of the form"),
            (
                "python3 -c 'import sqlite3; c=sqlite3.connect(\"test_20251112.db\"); c.execute(\"pragma user_version=3\"); c.commit()'",
                "test_20251112.db", "no table"
            ),
        ])
    func refuses(_ command: String, file: String, says: String) async throws {
        let scratch = try prepared(command)
        let report = try await adopt(request(scratch))
        let refused = report.files.filter { $0.outcome != .adopted }
        #expect(refused.first { $0.file == file }?.reason?.contains(says) == true, "\(refused)")
        #expect(report.adopted.count == 5)
        let catalogue = try BackupCatalogue.read(scratch.path("old"), of: scratch.request().identity)
        #expect(catalogue.sets.count == 5 && !catalogue.problems.contains(where: \.isDamage))
        #expect(try scratch.names("scratch").isEmpty)
    }

    @Test("a WAL database without its WAL, other databases' files and odd names are told apart")
    func strangers() async throws {
        let scratch = try prepared(
            "cp ../test.db test_users_20251112.db; touch 'test_\u{1B}[31m.db' \"$(printf 'test_\\377.db')\" notes.txt 'te st_20251112.db'; sqlite3 w.db \"PRAGMA journal_mode=wal; CREATE TABLE t(x)\" && mv w.db test_20251113.db"
        )
        let report = try await adopt(request(scratch))
        #expect(report.adopted.count == (hasProgram("sqlite3") ? 6 : 5))
        #expect(report.files.filter { $0.outcome == .skipped }.count == 3)
        #expect(report.refused.isEmpty)
    }

    @Test("permissions of others are told, and taken away on request")
    func tightens() async throws {
        let scratch = try prepared()
        // Another test may have another umask for a moment.
        try runProgram("sh", ["-c", "cd '\(scratch.path("old"))' && chmod 755 . && chmod 644 *"])
        var request = request(scratch, tiers: [.daily])
        #expect(try await adopt(request).exposures.map(\.permissions) == ["755"] + Array(repeating: "644", count: 5))
        try runProgram("sh", ["-c", "rm '\(scratch.path("old"))'/*.json"])
        request.tightens = true
        #expect(try await adopt(request).exposures.allSatisfy(\.isTightened))
        #expect(try permissions(of: scratch.path("old")) == "700")
        #expect(try permissions(of: scratch.path("old/test_20251210.db")) == "600")
        let sets = try BackupCatalogue.read(scratch.path("old"), of: request.identity).sets
        #expect(sets.count == 5 && sets.allSatisfy { $0.tiers == [.daily] })
    }

    @Test("adopted sets are pruned by their policy, or by the rule of the tier whose folder it is")
    func prunes() async throws {
        let scratch = try prepared()
        _ = try await adopt(request(scratch))
        let pool = BackupPool(folder: scratch.path("old"), policy: RetentionPolicy(daily: 1, monthly: 2))
        let pruning = Pruning(
            PruningRequest(
                identity: scratch.request().identity, target: .pool(pool), timeZone: paris, places: [], pools: [pool]))
        let plan = try pruning.plan(now: instant(now))
        #expect(plan.hold == nil)
        #expect(plan.kept.map { "\($0.set.name)" } == ["test_20251211_020000.db.gz", "test_20251111.db.gz"])
        #expect(try pruning.execute(plan) == plan)
        #expect(
            try scratch.names("old") == [
                "test_20251111.db.gz", "test_20251111.db.gz.json", "test_20251211_020000.db.gz",
                "test_20251211_020000.db.gz.json",
            ])
        let inventory = try BackupInventory.read([], pools: [pool], of: scratch.request().identity)
        #expect(try inventory.set(matching: "pool:latest").set.title == "test_20251211_020000.db.gz")
        #expect(try inventory.pin("test_20251111.db.gz", note: "", now: Date()).count == 1)
        #expect(try inventory.set(matching: "test_20251111.db.gz.json").set.title == "test_20251111.db.gz")
    }

    @Test("a removal of an adopted set that was cut short is finished, and only its own file goes")
    func cutShort() async throws {
        let scratch = try prepared()
        _ = try await adopt(request(scratch, tiers: [.daily]))
        try runProgram(
            "sh", ["-c", "cd '\(scratch.path("old"))' && mv test_20251210.db.json .test_20251210.db.json.removing"])
        let place = BackupPlace(tier: .daily, folder: scratch.path("old"))
        let pruning = Pruning(place: place, identity: scratch.request().identity, keep: 99, timeZone: paris)
        #expect(try pruning.execute(now: instant(now)).notes.count == 1)
        let names = try scratch.names("old")
        #expect(!names.contains("test_20251210.db") && names.contains("test_20251210.db.gz") && names.count == 6)
    }

    @Test("the file of a set whose removal was cut short is not adopted but removed")
    func halfRemoved() async throws {
        let scratch = try prepared()
        var making = scratch.request()
        making.places[0] = BackupPlace(tier: .daily, folder: scratch.path("old"))
        let made = try await BackupMaker(making, now: clock("2025-12-15T01:00:00Z")).make().sets[0]
        try DurableFile.rename(made.manifestPath, to: made.folder.appending(".\(made.name).json.removing"))
        let report = try await adopt(request(scratch))
        #expect(report.adopted.count == 5 && !report.files.contains { $0.file == made.title })
        #expect(try !scratch.names("old").contains { $0.contains("\(made.name)") })
    }

    @Test("two adoptions at once make each set once, and new backups beside them count on their own")
    func concurrent() async throws {
        let scratch = try prepared()
        let request = request(scratch, tiers: [.daily])
        let all = try await withThrowingTaskGroup(of: AdoptionReport.self) { group in
            for _ in 0..<3 { group.addTask { try await adopt(request) } }
            var reports: [AdoptionReport] = []
            for try await report in group { reports.append(report) }
            return reports
        }
        #expect(all.reduce(0) { $0 + $1.adopted.count } == 5)
        var making = scratch.request()
        making.places[0] = BackupPlace(tier: .daily, folder: scratch.path("old"))
        let made = try await BackupMaker(making, now: clock("2025-12-11T01:00:00Z")).make()
        #expect("\(made.sets[0].name)" == "test_20251211_020000_2")
        #expect(try BackupCatalogue.read(scratch.path("old"), of: request.identity).sets.count == 6)
    }

    @Test("cancelled it leaves nothing half")
    func cancelled() async throws {
        let scratch = try prepared()
        let adoption = try Adoption(request(scratch), now: clock(now)) { file, _ in
            if file == "test_20251210.db.gz" { withUnsafeCurrentTask { $0?.cancel() } }
        }
        let work = Task { try await adoption.run() }
        await #expect(throws: (any Error).self) { try await work.value }
        let catalogue = try BackupCatalogue.read(scratch.path("old"), of: scratch.request().identity)
        #expect(catalogue.sets.count == 2 && !catalogue.problems.contains(where: \.isDamage))
        #expect(try scratch.names("scratch").isEmpty)
    }

    @Test("a set whose bytes changed is not sound", arguments: ["db", "db.gz"])
    func verification(_ ending: String) async throws {
        let scratch = try prepared()
        _ = try await adopt(request(scratch))
        let identity = scratch.request().identity
        let set = try #require(
            try BackupCatalogue.read(scratch.path("old"), of: identity).sets.first {
                $0.title == "test_20251210.\(ending)"
            })
        try runProgram("sh", ["-c", "printf xyz | dd of='\(set.filePaths[0])' bs=1 seek=5000 conv=notrunc"])
        let found = try await SetVerification.verify(set, now: Date())
        #expect(!found.isSound && found.faults[0].contains(set.title), "\(found.faults)")
        try DurableFile.remove(set.filePaths[0])
        #expect(try await SetVerification.verify(set, now: Date()).faults[0].contains("is missing"))
        try DurableFile.remove(set.manifestPath)
        #expect(try await SetVerification.verify(set, now: Date()).faults.count == 1)
    }
}
