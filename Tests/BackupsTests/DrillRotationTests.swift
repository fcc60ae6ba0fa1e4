import Backups
import Foundation
import SystemPackage
import Testing

@Suite("The rotation of drills")
struct DrillRotationTests {
    private static let day = 86_400.0

    /// Sets without files: the rotation looks at instants and proofs alone.
    private func sets(_ scratch: Scratch) async throws -> BackupSet {
        try scratch.makeDatabase("test.db", "CREATE TABLE t(x); INSERT INTO t VALUES(1)")
        return try await BackupMaker(scratch.request(), now: clock("2025-01-01T01:00:00Z")).make().sets[0]
    }

    private func target(_ number: Int, _ set: BackupSet, drill: FolderRecord.Proof?) -> DrillTarget {
        let folder = FilePath("/backups/\(number)")
        let copy = BackupSet(name: set.name, folder: folder, summary: set.summary)
        return DrillTarget(places: [KnownSet(set: copy, drill: drill)])
    }

    @Test(
        "no set that stays is left without a proof for longer than its time and one interval",
        arguments: [(1, 7, nil), (1, 30, nil), (7, 30, nil), (1, 30, 3), (7, 14, 12), (3, 90, nil)]
            as [(Int, Int, Int?)])
    func bound(_ interval: Int, _ every: Int, _ atMost: Int?) async throws {
        let scratch = try Scratch()
        let set = try await sets(scratch)
        let rotation = DrillRotation(every: .seconds(every * 86_400), atMost: atMost)
        let start = set.summary.verifiedAt
        let count = 12
        var proofs: [Int: FolderRecord.Proof] = [:]
        let longest: Double
        if let atMost {
            let runs = (count - 1 + atMost - 2) / (atMost - 1)
            longest = Double(max(every + interval, every + runs * interval)) * Self.day
        } else {
            longest = Double(every + interval) * Self.day
        }
        for run in stride(from: interval, through: 200, by: interval) {
            let now = start.addingTimeInterval(Double(run) * Self.day)
            let targets = (0..<count).map { target($0, set, drill: proofs[$0]) }
            for target in targets { #expect(now.timeIntervalSince(target.provenAt) <= longest) }
            let chosen = rotation.choose(from: targets, now: now)
            #expect(chosen == rotation.choose(from: targets.shuffled(), now: now))
            #expect(chosen.count >= 2 && chosen.count <= atMost ?? count && Set(chosen).count == chosen.count)
            for target in chosen {
                let number = try #require(targets.firstIndex(of: target))
                proofs[number] = FolderRecord.Proof(at: now, outcome: .ok, seconds: 1)
            }
        }
        #expect(proofs.count == count)
    }

    @Test("a set that fails again and again does not keep others from their turn")
    func failing() async throws {
        let scratch = try Scratch()
        let set = try await sets(scratch)
        let rotation = DrillRotation(every: .seconds(7 * 86_400), atMost: 2)
        var proofs: [Int: FolderRecord.Proof] = [:]
        for run in 1...60 {
            let now = set.summary.verifiedAt.addingTimeInterval(Double(run) * Self.day)
            let targets = (0..<6).map { target($0, set, drill: proofs[$0]) }
            for target in rotation.choose(from: targets, now: now) {
                let number = try #require(targets.firstIndex(of: target))
                proofs[number] = FolderRecord.Proof(at: now, outcome: number == 3 ? .failed : .ok, seconds: 1)
            }
        }
        let end = set.summary.verifiedAt.addingTimeInterval(60 * Self.day)
        #expect(proofs.count == 6)
        for (_, proof) in proofs { #expect(end.timeIntervalSince(proof.at) <= 7 * Self.day) }
    }

    @Test("the newest is that which counts, one set is enough, and of none there is none")
    func edges() async throws {
        let scratch = try Scratch()
        let set = try await sets(scratch)
        let rotation = DrillRotation(every: .seconds(86_400))
        #expect(rotation.choose(from: [], now: Date()).isEmpty)
        let one = target(0, set, drill: nil)
        #expect(rotation.choose(from: [one], now: set.instant) == [one])
        let failed = FolderRecord.Proof(at: set.instant, outcome: .failed, seconds: 1)
        let bad = target(1, set, drill: failed)
        #expect(rotation.choose(from: [bad, one], now: set.instant).first == one)
    }
}
