import Foundation
import GRDB
import Glibc
import Testing

/// Backup commands on a disk with too little room, or on one that fills up while they work.
@Suite(.serialized, .enabled(if: geteuid() == 0), .timeLimit(.minutes(20)))
struct FullDiskTests {
    private static let rounds = Rounds.isLong ? 60 : 6
    private static let size = 64

    /// An instance that is on a small disk as a whole; nil in a container without the right to mount.
    private struct Disk {
        let instance: TestInstance
        let name = "disk"
        var path: String { instance.folder + "/" + name }
        var database: String { path + "/api/test.db" }

        func fill(leaving kilobytes: Int) async throws {
            try await instance.shell(
                """
                # The service writes meanwhile: what was free a moment ago may be free no more.
                for attempt in 0 1 2 3 4 5 6 7 8 9; do
                    free=$(df --output=avail -k '\(path)' | tail -1)
                    rest=$((free - \(kilobytes) - (attempt > 0 ? 64 : 0)))
                    if [ $rest -le 64 ] || fallocate -l ${rest}K '\(path)/filler'; then exit 0; fi
                done
                exit 1
                """)
        }

        func empty() { unlink(path + "/filler") }

        func end() {
            umount2(path, Int32(MNT_DETACH))
            instance.end()
        }

        /// Whether a command that failed says that it was for want of room.
        func saysWhy(_ ending: Program.Ending) -> Bool {
            let words = (ending.output + ending.errors).lowercased()
            return ["no room", "no space", "is full", "free space"].contains { words.contains($0) }
        }
    }

    private func disk(users: Int = 5000) async throws -> Disk? {
        let instance = try await TestInstance(users: users)
        let disk = Disk(instance: instance)
        try FileManager.default.createDirectory(atPath: disk.path, withIntermediateDirectories: true)
        let mount = try await Program(
            "mount", ["-t", "tmpfs", "-o", "size=\(Self.size)m", "tmpfs", disk.path], in: instance.folder
        ).wait()
        guard mount.status == 0 else {
            instance.end()
            return nil
        }
        try await instance.shell("cp -a api disk/api")
        try instance.configure(
            url: "http://127.0.0.1:9", backups: "disk/backups", state: "disk/state", reports: "disk/reports",
            api: "disk/api",
            alsoBackups: ", adopted: [{folder: disk/old, keep_daily: 4, keep_weekly: 0, keep_monthly: 0}]")
        return disk
    }

    /// In even rounds so little room from the beginning; in odd ones the disk fills up while the command works.
    private func run(_ words: [String], on disk: Disk, _ round: Int) async throws -> Program.Ending {
        if round % 2 == 0 {
            try await disk.fill(leaving: Int.random(in: 0...24_000))
            return try await disk.instance.start(words).wait()
        }
        let program = try disk.instance.start(words)
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...600)))
        try await disk.fill(leaving: Int.random(in: 0...300))
        return try await program.wait()
    }

    @Test("a restore on a full disk leaves the old or the new database whole, and says why")
    func restore() async throws {
        guard let disk = try await disk() else { return }
        defer { disk.end() }
        let instance = disk.instance
        let old = try instance.contents(at: disk.database)
        let set = try await instance.backUp(tier: "manual")
        try await DatabaseQueue(path: disk.database).write {
            try $0.execute(sql: "UPDATE users SET name = 'changed'")
        }
        let new = try instance.contents(at: disk.database)
        for round in 0..<Self.rounds {
            let ending = try await run(["backups", "restore", set, "--yes"], on: disk, round)
            #expect([0, 2, 74].contains(ending.status) && (ending.status == 0 || disk.saysWhy(ending)), "\(ending)")
            let found = try instance.contentsOfCopy(of: "disk/api")
            #expect([old, new].contains(found), "\(found) in round \(round): \(ending)")
            if ending.status == 0 { #expect(found == old) }
            disk.empty()
            try await instance.demand("backups", "restore", set, "--plan")
            try await instance.demand("backups", "verify")
            #expect(try instance.contents(at: disk.database) == found)
            if found == old { try await instance.demand("backups", "undo", "--yes") }
            #expect(try instance.contents(at: disk.database) == new)
            try await instance.shell("find disk/backups/manual -name 'test_*' ! -name '\(set)*' -delete")
        }
        let left = instance.names(in: "disk/api").filter { $0.hasSuffix(".new") }
        #expect(left.isEmpty, "\(left)")
    }

    @Test("a backup on a full disk makes a whole set or none, keeps the last, and says why")
    func backup() async throws {
        guard let disk = try await disk() else { return }
        defer { disk.end() }
        let instance = disk.instance
        let good = try await instance.backUp(tier: "manual")
        let live = try instance.contents(at: disk.database)
        for round in 0..<Self.rounds {
            let before = Set(try await instance.listing().sets.map(\.set))
            let ending = try await run(["plugins", "run", "backup", "--with", "tier=manual"], on: disk, round)
            #expect(ending.status == 0 || disk.saysWhy(ending), "\(ending)")
            let listing = try await instance.listing()
            let names = Set(listing.sets.map(\.set))
            #expect(names.isSuperset(of: before) && names.contains(good), "\(ending)")
            #expect((ending.status == 0) == (names.count == before.count + 1), "\(ending)")
            disk.empty()
            try await instance.demand("backups", "verify")
            #expect(try instance.contents(at: disk.database) == live)
        }
        _ = try await instance.backUp(tier: "manual")
        let left = instance.names(in: "disk/backups/manual").filter { $0.hasPrefix(".test") }
        #expect(left.isEmpty, "\(left)")
    }

    @Test("pruning works on a full disk, which is when it is needed")
    func prune() async throws {
        guard let disk = try await disk(users: 50) else { return }
        defer { disk.end() }
        let instance = disk.instance
        try await instance.makeOldBackups(days: 12, in: "disk/old")
        try await instance.demand("backups", "adopt", "disk/old")
        _ = try await instance.backUp()
        try await instance.shell("cp -a disk/old spare")
        let kept = (9...12).map { String(format: "test_202601%02d.db.gz", $0) }
        for round in 0..<Self.rounds {
            try await instance.shell("rm -rf disk/old && cp -a spare disk/old")
            try await disk.fill(leaving: round == 0 ? 0 : Int.random(in: 0...40))
            let ending = try await instance.start(["backups", "prune", "--yes"]).wait()
            #expect(ending.status == 0 || disk.saysWhy(ending), "\(ending)")
            let names = try await instance.listing().sets.map(\.set).filter { $0.hasPrefix("test_202601") }.sorted()
            #expect(Set(names).isSuperset(of: kept))
            #expect(names == kept)
            disk.empty()
            try await instance.demand("backups", "verify")
        }
    }

    @Test("a repair on a full disk leaves a whole new file or none, and says why")
    func repair() async throws {
        guard let disk = try await disk() else { return }
        defer { disk.end() }
        let instance = disk.instance
        try await instance.shell("mkdir disk/work && sqlite3 disk/api/test.db '.backup disk/work/damaged.db'")
        let damaged = disk.path + "/work/damaged.db"
        try instance.damage(damaged, at: 6 * 4096 + 16, 12_000)
        let bytes = FileManager.default.contents(atPath: damaged)
        let new = disk.path + "/work/new.db"
        let words = ["backups", "repair", damaged, "--into", new]
        #expect(try await instance.start(words).wait().status == 0)
        let saved = try instance.contents(at: new)
        for round in 0..<Self.rounds {
            unlink(new)
            if round % 2 == 0 { try await disk.fill(leaving: Int.random(in: 0...2500)) }
            let ending =
                round % 2 == 0 ? try await instance.start(words).wait() : try await run(words, on: disk, round)
            if FileManager.default.fileExists(atPath: new) {
                #expect(try instance.contentsOfFile(new) == saved, "\(ending)")
            } else {
                #expect(ending.status != 0 && disk.saysWhy(ending), "\(ending)")
            }
            disk.empty()
            #expect(FileManager.default.contents(atPath: damaged) == bytes)
            #expect(instance.names(in: "disk/work").allSatisfy { ["damaged.db", "new.db"].contains($0) })
        }
    }
}

extension TestInstance {
    /// The contents of a database that lies on a full disk.
    fileprivate func contentsOfFile(_ path: String) throws -> Contents {
        let copy = "\(folder)/copy-\(UUID().uuidString).db"
        try FileManager.default.copyItem(atPath: path, toPath: copy)
        return try contents(at: copy)
    }
}
