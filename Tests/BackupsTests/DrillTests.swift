import Archiving
import Backups
import DurableFiles
import Encryption
import Foundation
import SQLiteFile
import SystemPackage
import Testing

@Suite("A drill")
struct DrillTests {
    private func made(_ tiers: [Tier] = [.daily], _ change: (inout BackupRequest) -> Void = { _ in }) async throws
        -> Scratch
    {
        let scratch = try Scratch()
        try scratch.makeDatabase()
        var request = scratch.request(tiers)
        change(&request)
        _ = try await BackupMaker(request, now: clock("2025-12-16T01:00:00Z")).make()
        return scratch
    }

    private func targets(_ scratch: Scratch, _ tiers: [Tier] = [.daily]) throws -> [DrillTarget] {
        let request = scratch.request(tiers)
        return try DrillTarget.all(in: BackupInventory.read(request.places, of: request.identity))
    }

    private func drill(_ scratch: Scratch, _ decryption: Decryption? = nil) async throws -> DrillResult {
        let target = try #require(targets(scratch).first)
        return try await Drill(
            scratch: scratch.path("scratch"), decryption: decryption, now: clock("2026-01-01T00:00:00Z")
        ).run(target)
    }

    @Test("of a good set proves it, in every folder that has it", arguments: ["gzip", "zstd", "none"])
    func proves(_ compression: String) async throws {
        let scratch = try await made([.daily, .weekly]) { $0.compression = .init(compression) ?? .none }
        let all = try targets(scratch, [.daily, .weekly])
        #expect(all.count == 1 && all[0].places.count == 2)
        let result = try await Drill(scratch: scratch.path("scratch"), now: clock("2026-01-01T00:00:00Z")).run(all[0])
        #expect(result.outcome == .proven)
        try result.record()
        for folder in ["daily", "weekly"] {
            let proof = try #require(try FolderRecord.read(scratch.path(folder)).drills["test_20251216_020000"])
            #expect(try proof.outcome == .ok && proof.at == instant("2026-01-01T00:00:00Z"))
        }
        #expect(try targets(scratch)[0].provenAt == instant("2026-01-01T00:00:00Z"))
        #expect(try scratch.names("scratch").isEmpty)
    }

    @Test(
        "finds what is wrong with a set",
        arguments: [
            ("printf x | dd of=$DATA bs=1 seek=5000 conv=notrunc", "test_20251216_020000.db.gz"),
            ("gunzip -c $DATA > /tmp/x.$$ && gzip -1 -c /tmp/x.$$ > $DATA; rm /tmp/x.$$", "SHA-256"),
            ("rm $DATA", "test_20251216_020000.db.gz"),
            (": > $DATA", "test_20251216_020000.db.gz"),
            ("sed -i 's/\"rows\" : 2000/\"rows\" : 1999/' $MANIFEST", "rows of users"),
            ("sed -i 's/\"user_version\" : 0/\"user_version\" : 7/' $MANIFEST", "user_version"),
            ("sed -i 's/\"foreign_key_violations\" : 0/\"foreign_key_violations\" : 3/' $MANIFEST", "foreign keys"),
            ("echo x > $MANIFEST", "manifest"),
        ])
    func fails(_ command: String, _ words: String) async throws {
        let scratch = try await made()
        let target = try #require(targets(scratch).first)
        let folder = scratch.path("daily")
        try runProgram(
            "sh",
            ["-c", "cd '\(folder)' && DATA=$(ls *.gz) MANIFEST=$(ls *.json) && \(command)"])
        let result = try await Drill(scratch: scratch.path("scratch")).run(target)
        guard case .failed(let what) = result.outcome else {
            Issue.record("\(result.outcome)")
            return
        }
        #expect(what.contains(words), "\(what)")
        #expect(try scratch.names("scratch").isEmpty)
        guard try FileFacts.of(folder.appending("test_20251216_020000.json"), followingLinks: false) != nil else {
            return
        }
        try result.record()
        #expect(try FolderRecord.read(folder).drills["test_20251216_020000"]?.outcome == .failed)
    }

    @Test(
        "of an encrypted set proves what this host can open, and of others the stored bytes",
        .enabled(if: hasProgram("gpg")))
    func encrypted() async throws {
        let secrets = try Scratch()
        let (right, wrong) = (secrets.path("right"), secrets.path("wrong"))
        for (path, text) in [(right, "one\n"), (wrong, "two\n")] {
            try DurableFile.write(Array(text.utf8), to: path, permissions: .ownerReadWrite)
        }
        let scratch = try await made { $0.encryption = .gpg(passphraseFile: right) }
        #expect(try await drill(scratch, Decryption(passphraseFile: right)).outcome == .proven)
        for decryption in [nil, Decryption(passphraseFile: wrong)] {
            guard case .storedBytesOnly = try await drill(scratch, decryption).outcome else {
                Issue.record("it was opened without its secret")
                return
            }
        }
        let path = try targets(scratch)[0].known.set.filePaths[0]
        try runProgram("sh", ["-c", "printf x | dd of='\(path)' bs=1 seek=5000 conv=notrunc"])
        #expect(try await drill(scratch).hasFailed)
        #expect(try scratch.names("scratch").isEmpty)
    }

    @Test("without room for it is refused with both numbers, and is no failure", .enabled(if: canMount()))
    func noRoom() async throws {
        let scratch = try await made()
        let disk = try SmallDisk(at: scratch.path("small"), size: "4m")
        defer { disk.unmount() }
        let target = try #require(targets(scratch).first)
        let error = try await #require(throws: BackupError.self) { try await Drill(scratch: disk.path).run(target) }
        #expect(error.description.contains("needed") && error.description.contains("4.19 MB free"), "\(error)")
        #expect(try scratch.names("small").isEmpty)
    }
}
