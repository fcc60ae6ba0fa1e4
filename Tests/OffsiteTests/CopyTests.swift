import Digests
import DurableFiles
import Foundation
import Offsite
import Synchronization
import SystemPackage
import Testing

@Suite("Copying sets", .timeLimit(.minutes(2)))
struct CopyTests {
    @Test("data goes before its manifest, newest set first, and a second run does nothing")
    func order() async throws {
        let bench = try Bench()
        let place = MemoryDestination()
        let (new, old) = (try bench.set("b"), try bench.set("a"))
        let report = try await bench.copy(place).run([new, old])
        #expect(report.isComplete)
        #expect(report.sets.map(\.uploadedFiles) == [2, 2])
        #expect(report.sets.first?.uploadedBytes == new.data[0].bytes + new.manifest.bytes)
        #expect(place.said == ["list", "upload b.db.gz", "upload b.json", "upload a.db.gz", "upload a.json"])
        place.forgetRequests()
        let second = try await bench.copy(place).run([new, old])
        #expect(second.isComplete)
        #expect(second.sets.map(\.uploadedFiles) == [0, 0])
        #expect(place.said == ["list"])
        #expect(try await bench.copy(place).setsThere().map(\.name) == ["a", "b"])
    }

    @Test("a failed upload costs its own set only, and the next run makes it good")
    func oneFails() async throws {
        let bench = try Bench()
        let place = MemoryDestination()
        let sets = try ["c", "b", "a"].map { try bench.set($0) }
        place.fail { request, _ in request == "upload b.db.gz" ? .denied("no") : nil }
        let report = try await bench.copy(place).run(sets)
        #expect(report.sets.map(\.isThere) == [true, false, true])
        #expect(report.sets[1].failure?.cause == .denied("no"))
        #expect(report.failure == nil && !report.isComplete)
        #expect(place.names == ["a.db.gz", "a.json", "c.db.gz", "c.json"])
        place.fail { _, _ in nil }
        #expect(try await bench.copy(place).run(sets).isComplete)
        #expect(place.names.count == 6)
    }

    @Test("what others removed or cut there is uploaded again, without a manifest meanwhile")
    func removedByOthers() async throws {
        let bench = try Bench()
        let place = MemoryDestination()
        let set = try bench.set("a")
        _ = try await bench.copy(place).run([set])
        for change: @Sendable (inout [String: [UInt8]]) -> Void in [
            { $0["a.db.gz"] = nil }, { $0["a.db.gz"]?.removeLast() }, { $0["a.db.gz"]?.append(0) },
        ] {
            place.files.withLock { change(&$0) }
            place.forgetRequests()
            #expect(try await bench.copy(place).run([set]).isComplete)
            #expect(place.said == ["list", "remove a.json", "upload a.db.gz", "upload a.json"])
        }
        place.files.withLock { $0["a.json"] = nil }
        place.forgetRequests()
        #expect(try await bench.copy(place).run([set]).isComplete)
        #expect(place.said == ["list", "upload a.json"])
    }

    @Test("a damaged copy of the same length is found when it is due, and replaced")
    func damagedThere() async throws {
        let bench = try Bench()
        let place = MemoryDestination()
        let set = try bench.set("a")
        _ = try await bench.copy(place).run([set])
        place.files.withLock { $0["a.db.gz"]?[5] ^= 1 }
        let clock = Mutex(Date())
        let copy = try OffsiteCopy(
            name: "test", destination: place, stateFolder: bench.state, reverifyAfter: .seconds(3600), attempts: 1,
            pause: .zero, now: { clock.withLock { $0 } })
        #expect(await copy.run([set]).sets[0].uploadedFiles == 0)
        clock.withLock { $0 += 3700 }
        let report = await copy.run([set])
        #expect(report.isComplete)
        #expect(report.notes.count == 1 && report.notes[0].contains("a.db.gz"))
        #expect(place.files.withLock { $0["a.db.gz"] } == (try DurableFile.read(set.data[0].path, limit: 1 << 20)))
    }

    @Test(
        "without its state, or with one that is damaged or of another place, everything is verified and nothing sent",
        arguments: ["", "{", "{}", #"{"format":9,"destination":"memory","files":{},"sets":{}}"#, "other", "missing"])
    func lostState(text: String) async throws {
        let bench = try Bench()
        let place = MemoryDestination()
        let set = try bench.set("a")
        _ = try await bench.copy(place).run([set])
        let path = bench("state/offsite-test.json")
        switch text {
        case "missing": try DurableFile.remove(path)
        case "other":
            let other = try bench.text("state/offsite-test.json").replacing("memory", with: "elsewhere")
            try DurableFile.write(Array(other.utf8), to: path, permissions: .ownerReadWrite)
        default: try DurableFile.write(Array(text.utf8), to: path, permissions: .ownerReadWrite)
        }
        place.forgetRequests()
        let report = try await bench.copy(place).run([set])
        #expect(report.isComplete)
        #expect(report.notes.count == (text == "missing" ? 0 : 1))
        #expect(place.said == ["list", "verify a.db.gz", "verify a.json"])
        place.forgetRequests()
        _ = try await bench.copy(place).run([set])
        #expect(place.said == ["list"])
    }

    @Test("a file of this host that is not what its manifest says never replaces the copy")
    func damagedHere() async throws {
        let bench = try Bench()
        let place = MemoryDestination()
        let set = try bench.set("a")
        try DurableFile.write(sample(10_000, seed: 7), to: set.data[0].path, permissions: .ownerReadWrite)
        let report = try await bench.copy(place).run([set])
        guard case .localFile = report.sets[0].failure?.cause else {
            Issue.record("\(report)")
            return
        }
        try DurableFile.remove(set.data[0].path)
        #expect(try await bench.copy(place).run([set]).sets[0].isThere == false)
        #expect(place.names == [])
    }

    @Test("a connection that fails is tried again, and a lost one is not waited for with every file")
    func attempts() async throws {
        let bench = try Bench()
        let place = MemoryDestination()
        let sets = try ["b", "a"].map { try bench.set($0) }
        place.fail { _, count in count % 3 == 0 ? nil : .unreachable("gone") }
        #expect(try await bench.copy(place, attempts: 3).run(sets).isComplete)
        try DurableFile.remove(bench("state/offsite-test.json"))
        place.files.withLock { $0 = [:] }
        place.forgetRequests()
        place.fail { request, _ in request == "list" ? nil : .unreachable("gone") }
        let report = try await bench.copy(place, attempts: 3).run(sets)
        #expect(report.sets.map(\.isThere) == [false, false])
        #expect(place.said == ["list"] + Array(repeating: "upload b.db.gz", count: 3))
    }

    @Test("a destination that cannot be listed fails every set and removes nothing")
    func unlisted() async throws {
        let bench = try Bench()
        let place = MemoryDestination()
        place.fail { request, _ in request == "list" ? .notLetIn("who are you") : nil }
        let old = RemoteSet(name: "o", data: ["o.db"], manifest: "o.json")
        let report = try await bench.copy(place).run([try bench.set("a")], removing: [old])
        #expect(report.failure?.cause == .notLetIn("who are you"))
        #expect(report.sets.map(\.isThere) == [false])
        #expect(place.said == ["list"])
    }

    @Test("expired sets are removed manifest first, names that nobody gave are never touched")
    func removing() async throws {
        let bench = try Bench()
        let place = MemoryDestination()
        let (new, old) = (try bench.set("b"), try bench.set("a"))
        _ = try await bench.copy(place).run([new, old])
        place.files.withLock { $0["stranger.json"] = [1] }
        place.forgetRequests()
        let expired = try await bench.copy(place).setsThere().filter { $0.name == "a" }
        place.forgetRequests()
        let report = try await bench.copy(place).run([new], removing: expired)
        #expect(report.isComplete)
        #expect(report.removed == ["a"])
        #expect(place.said == ["list", "remove a.json", "remove a.db.gz"])
        #expect(place.names == ["b.db.gz", "b.json", "stranger.json"])
        #expect(try await bench.copy(place).setsThere().map(\.name) == ["b"])
        // Once more: nothing is there to remove, which is no error.
        #expect(try await bench.copy(place).run([new], removing: expired).isComplete)
    }

    @Test("nothing is removed while the newest set is not there, nor anything of a set that stays")
    func notRemoved() async throws {
        let bench = try Bench()
        let place = MemoryDestination()
        let (new, old) = (try bench.set("b"), try bench.set("a"))
        _ = try await bench.copy(place).run([old])
        let expired = RemoteSet(name: "a", data: ["a.db.gz"], manifest: "a.json")
        place.fail { request, _ in request == "upload b.json" ? .noRoom("full") : nil }
        let report = try await bench.copy(place).run([new], removing: [expired])
        #expect(report.removed == [] && report.removalFailure?.contains("newest") == true)
        #expect(try await bench.copy(place).run([], removing: [expired]).removalFailure != nil)
        place.fail { _, _ in nil }
        let both = try await bench.copy(place).run([new, old], removing: [expired])
        #expect(both.removed == [] && both.removalFailure?.contains("is kept") == true)
        #expect(place.names == ["a.db.gz", "a.json", "b.db.gz", "b.json"])
    }

    @Test("a removal that fails leaves a set without manifest, which the next run removes")
    func removalFails() async throws {
        let bench = try Bench()
        let place = MemoryDestination()
        let (new, old) = (try bench.set("b"), try bench.set("a"))
        _ = try await bench.copy(place).run([new, old])
        let expired = RemoteSet(name: "a", data: ["a.db.gz"], manifest: "a.json")
        place.fail { request, _ in request == "remove a.db.gz" ? .denied("no") : nil }
        let report = try await bench.copy(place).run([new], removing: [expired])
        #expect(!report.isComplete && report.removed == [])
        #expect(place.names == ["a.db.gz", "b.db.gz", "b.json"])
        place.fail { _, _ in nil }
        #expect(try await bench.copy(place).run([new], removing: [expired]).removed == ["a"])
    }

    @Test("two runs at once: the second says who is at it")
    func busy() async throws {
        let bench = try Bench()
        try Folder.create(bench.state)
        let lock = try #require(
            try FileLock.attempt(bench("state/offsite-test.lock"), .exclusive, purpose: "copying to test"))
        let report = try await bench.copy(MemoryDestination()).run([try bench.set("a")])
        #expect(report.failure?.description.contains("copying to test") == true)
        lock.release()
    }

    @Test(
        "names that would lead elsewhere are refused",
        arguments: [
            "", ".", "..", "a/b", "/a", "a\nb", "a\u{0}", "a.part", String(repeating: "x", count: 251), "a\u{2028}b",
        ])
    func badNames(name: String) async throws {
        #expect(OffsiteName.fault(in: name) != nil)
        let bench = try Bench()
        let place = MemoryDestination()
        var set = try bench.set("a")
        set.data[0].name = name
        let report = try await bench.copy(place).run([set])
        guard case .name = report.sets[0].failure?.cause else {
            Issue.record("\(report)")
            return
        }
        #expect(place.said == ["list"])
    }

    @Test("a name of a destination that would lead elsewhere is refused", arguments: ["", "a/b", "..", "a b"])
    func badDestinationName(name: String) {
        #expect(throws: OffsiteError.self) {
            _ = try OffsiteCopy(name: name, destination: MemoryDestination(), stateFolder: "/nonexistent")
        }
    }

    @Test("a set is fetched whole into a new folder, or not at all")
    func fetch() async throws {
        let bench = try Bench()
        let place = MemoryDestination()
        let set = try bench.set("a")
        let copy = try bench.copy(place)
        _ = await copy.run([set])
        try await copy.fetch(manifest: "a.json", into: bench("back"), records: records)
        try bench.expectStored(set, at: bench("back"))
        #expect(try Folder.entries(of: bench("back")) == ["a.db.gz", "a.json"])
        await #expect(throws: FileError.self) {
            try await copy.fetch(manifest: "a.json", into: bench("back"), records: records)
        }
        for damage: @Sendable (inout [String: [UInt8]]) -> Void in [
            { $0["a.db.gz"]?[0] ^= 1 }, { $0["a.db.gz"]?.removeLast() }, { $0["a.db.gz"] = nil },
        ] {
            place.files.withLock { damage(&$0) }
            await #expect(throws: OffsiteError.self) {
                try await copy.fetch(manifest: "a.json", into: bench("again"), records: records)
            }
        }
        await #expect(throws: OffsiteError.self) {
            try await copy.fetch(manifest: "a.json", into: bench("again")) { _ in
                [OffsiteRecord(name: "../../etc/passwd", bytes: 1, sha256: set.manifest.sha256)]
            }
        }
        #expect(try Folder.entries(of: bench.path).filter { $0.contains("again") || $0.contains("fetching") } == [])
    }
}
