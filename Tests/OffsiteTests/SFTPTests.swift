import Digests
import DurableFiles
import Foundation
import Glibc
import SystemPackage
import Testing

@testable import Offsite

@Suite("SFTP", .timeLimit(.minutes(3)), .serialized, .enabled(if: LoopbackServer.isAvailable))
struct SFTPTests {
    @Test("sets go there and come back, into a folder that did not exist")
    func roundTrip() async throws {
        let bench = try Bench()
        let server = try await LoopbackServer.make(bench)
        try await server.run {
            let folder = bench.store.appending("deep er").appending("down")
            let place = try server.destination(server.settings(folder: folder))
            #expect(try await place.list() == [])
            let sets = [try bench.set("b", bytes: 300_000), try bench.set("a", bytes: 0)]
            let copy = try bench.copy(place)
            let report = await copy.run(sets)
            #expect(report.isComplete, "\(report)")
            try bench.expectStored(sets[0], sets[1], at: folder)
            #expect(try Folder.entries(of: folder) == ["a.db.gz", "a.json", "b.db.gz", "b.json"])
            #expect(await copy.run(sets).sets.map(\.uploadedFiles) == [0, 0])
            try await copy.fetch(manifest: "b.json", into: bench("back"), records: records)
            try bench.expectStored(sets[0], at: bench("back"))
            let expired = try await copy.setsThere().filter { $0.name == "a" }
            #expect(await copy.run([sets[0]], removing: expired).removed == ["a"])
            #expect(try Folder.entries(of: folder) == ["b.db.gz", "b.json"])
            #expect(try Folder.entries(of: bench.scratch) == [])
        }
    }

    @Test("names with blanks, quotes, wildcards and letters of any language are themselves")
    func names() async throws {
        let bench = try Bench()
        let server = try await LoopbackServer.make(bench)
        let names = [
            " a b ", "q'uote d\"quote", "st*r?[x]", "back\\sl\\*ash\\", "ünï 漢字 🗄", "-dash", "#~{a,b};$HOME`id`!%41",
            "*",
        ]
        try await server.run {
            let place = try server.destination()
            let files = try names.map { try bench.file($0, Array("bytes of \($0)".utf8)) }
            for file in files { try await place.upload(file) }
            #expect(
                try bench.stored() == Set(names).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
            #expect(Set(try await place.list()) == Set(files.map { RemoteFile(name: $0.name, bytes: $0.bytes) }))
            for file in files {
                let back = bench("back")
                try DurableFile.write([], to: back, permissions: .ownerReadWrite)
                try await place.download(file.name, into: back)
                #expect(try DurableFile.read(back, limit: 1000) == Array("bytes of \(file.name)".utf8))
            }
            for file in files.reversed() {
                let before = try bench.stored().count
                try await place.remove(file.name)
                #expect(try bench.stored().count == before - 1, "\(file.name)")
            }
        }
    }

    @Test("a server that dies in the middle: the next run goes on where it ended")
    func resumed() async throws {
        let bench = try Bench()
        let server = try await LoopbackServer.make(bench)
        let set = try bench.set("a", bytes: 6 << 20)
        let part = bench.store.appending("a.db.gz.part")
        let copy = try bench.copy(try server.destination(limits: OffsiteLimits(bandwidth: 2 << 20)))
        try await server.run {
            async let report = copy.run([set])
            try await until("a part is there") { (try FileFacts.of(part, followingLinks: true)?.size ?? 0) > 500_000 }
            server.killAll()
            let failed = await report
            #expect(failed.sets[0].isThere == false)
            guard case .unreachable = failed.sets[0].failure?.cause else {
                Issue.record("\(failed)")
                return
            }
        }
        let begun = try #require(try FileFacts.of(part, followingLinks: true)?.size)
        #expect(begun > 0 && begun < set.data[0].bytes)
        try await server.run {
            let spy = try bench.program("sed -u '/^bye$/q' | tee -a '\(bench("keys/log"))' | sftp \"$@\"")
            let report = try await bench.copy(server.destination(executable: spy)).run([set])
            #expect(report.isComplete, "\(report)")
        }
        #expect(try bench.text("keys/log").contains("reput -f"))
        try bench.expectStored(set)
        #expect(try bench.stored() == ["a.db.gz", "a.json"])
    }

    @Test(
        "a part that is no beginning of the file, or already all of it, ends well too",
        arguments: ["other", "whole", "longer", "empty"])
    func strangePart(kind: String) async throws {
        let bench = try Bench()
        let server = try await LoopbackServer.make(bench)
        let set = try bench.set("a", bytes: 100_000)
        let whole = try DurableFile.read(set.data[0].path, limit: 1 << 20)
        let bytes: [UInt8] =
            switch kind {
            case "other": sample(50_000, seed: 1)
            case "whole": whole
            case "longer": whole + [1, 2, 3]
            default: []
            }
        try DurableFile.write(bytes, to: bench.store.appending("a.db.gz.part"), permissions: .ownerReadWrite)
        try await server.run {
            let report = try await bench.copy(server.destination()).run([set])
            #expect(report.isComplete, "\(report)")
        }
        try bench.expectStored(set)
        #expect(try bench.stored() == ["a.db.gz", "a.json"])
    }

    @Test("a damaged copy is found without the state, and replaced")
    func damaged() async throws {
        let bench = try Bench()
        let server = try await LoopbackServer.make(bench)
        let set = try bench.set("a")
        try await server.run {
            let copy = try bench.copy(try server.destination())
            #expect(await copy.run([set]).isComplete)
            let path = bench.store.appending("a.db.gz")
            try DurableFile.write(sample(10_000, seed: 3), to: path, permissions: .ownerReadWrite)
            try DurableFile.remove(bench("state/offsite-test.json"))
            let report = await copy.run([set])
            #expect(report.isComplete && report.notes.count == 1, "\(report)")
            try bench.expectStored(set)
        }
    }

    @Test(
        "a server or a user that is not the known one is refused in words that tell which",
        arguments: ["wrong", "empty", "other", "closed", "folder"])
    func refused(what: String) async throws {
        let bench = try Bench()
        let server = try await LoopbackServer.make(bench)
        var settings = server.settings()
        switch what {
        case "wrong", "empty": settings = server.settings(known: what)
        case "other": settings = server.settings(identity: "other")
        case "closed": settings.port = try freePort()
        default: settings.folder = "/proc/nowhere"
        }
        try await server.run {
            let report = try await bench.copy(server.destination(settings)).run([try bench.set("a")])
            let cause = report.failure?.cause ?? report.sets[0].failure?.cause
            switch (what, cause) {
            case ("wrong", .hostKey), ("empty", .hostKey), ("other", .notLetIn), ("closed", .unreachable): break
            case ("folder", .noFolder), ("folder", .denied): break
            default: Issue.record("\(what): \(String(describing: cause))")
            }
        }
        #expect(try bench.stored() == [])
    }

    @Test(
        "a full server is named, costs nothing else, and goes on once there is room",
        .enabled(if: SmallDisk.isAvailable))
    func full() async throws {
        let bench = try Bench()
        let disk = try SmallDisk()
        let server = try await LoopbackServer.make(bench)
        let (large, small) = (try bench.set("a", bytes: 2 << 20), try bench.set("b", bytes: 1000))
        try await server.run {
            let copy = try bench.copy(try server.destination(server.settings(folder: disk.path)))
            #expect(await copy.run([small]).isComplete)
            let report = await copy.run([large, small])
            guard case .noRoom = report.sets[0].failure?.cause else {
                Issue.record("\(report)")
                return
            }
            try bench.expectStored(small, at: disk.path)
            #expect(try Folder.entries(of: disk.path).contains("a.json") == false)
            let smaller = try bench.set("a", bytes: 200_000)
            #expect(await copy.run([smaller, small]).isComplete)
            try bench.expectStored(small, smaller, at: disk.path)
        }
    }

    @Test("without room to compare nothing is sent", .enabled(if: SmallDisk.isAvailable))
    func noScratch() async throws {
        let bench = try Bench()
        let disk = try SmallDisk()
        let server = try await LoopbackServer.make(bench)
        try await server.run {
            let place = try SFTPDestination(server: server.settings(), scratch: disk.path)
            let report = try await bench.copy(place).run([bench.set("a", bytes: 2 << 20)])
            #expect(report.sets[0].failure?.description.contains("comparing needs 2097152") == true, "\(report)")
        }
        #expect(try bench.stored() == [])
    }

    @Test("a server that lists but takes nothing")
    func readOnly() async throws {
        let bench = try Bench()
        let server = try await LoopbackServer.make(bench)
        try await Bench.shell("sed -i 's/internal-sftp/internal-sftp -R/' '\(bench("keys/conf"))'")
        try await server.run {
            let place = try server.destination()
            #expect(try await place.list() == [])
            let old = RemoteSet(name: "o", data: ["o.db"], manifest: "o.json")
            let report = try await bench.copy(place).run([try bench.set("a")], removing: [old])
            guard case .denied = report.sets[0].failure?.cause else {
                Issue.record("\(report)")
                return
            }
            #expect(report.removed == [])
        }
    }

    @Test("a server that accepts and says nothing is given up")
    func silent() async throws {
        let bench = try Bench()
        let server = try await LoopbackServer.make(bench)
        let silent = try bench.program("sleep 600")
        let start = ContinuousClock.now
        let place = try server.destination(
            executable: silent, limits: OffsiteLimits(request: .milliseconds(200), transfer: .milliseconds(200)))
        let report = try await bench.copy(place).run([try bench.set("a")])
        #expect(report.failure?.cause == .timedOut(.milliseconds(200)))
        #expect(ContinuousClock.now - start < .seconds(30))
    }

    @Test("the private key is in no argument and no variable, and an exposed one is refused")
    func secrets() async throws {
        let bench = try Bench()
        let server = try await LoopbackServer.make(bench)
        let spy = try bench.program(
            "cat /proc/$$/cmdline /proc/$$/environ | tr '\\0' '\\n' >> '\(bench("keys/log"))'; exec sftp \"$@\"")
        try await server.run {
            let report = try await bench.copy(server.destination(executable: spy)).run([bench.set("a")])
            #expect(report.isComplete, "\(report)")
        }
        let seen = try bench.text("keys/log")
        #expect(seen.contains("StrictHostKeyChecking=yes") && seen.contains("BatchMode=yes"))
        let key = try bench.text("keys/id").split(separator: "\n")[2]
        #expect(!seen.contains(key))
        #expect(chmod(bench("keys/id").string, 0o640) == 0)
        let error = #expect(throws: OffsiteError.self) { _ = try server.destination() }
        #expect(error?.description.contains("chmod 600") == true)
    }

    @Test("settings that ssh would take for something else are refused")
    func settings() throws {
        let good = SFTPServer(
            host: "::1", user: "u", folder: "f", identityFile: "/a", knownHostsFile: "/b")
        #expect(good.fault == nil)
        #expect(good.arguments(OffsiteLimits()).last == "[::1]")
        for change: (inout SFTPServer) -> Void in [
            { $0.host = "" }, { $0.host = "-oProxyCommand=x" }, { $0.host = "a b" }, { $0.host = "a\nb" },
            { $0.user = "" }, { $0.user = "-x" }, { $0.user = "a b" }, { $0.user = "u\"" }, { $0.port = 0 },
            { $0.port = 65_536 }, { $0.folder = "" }, { $0.folder = "a\nrm *" }, { $0.identityFile = "/a\"b" },
            { $0.knownHostsFile = "/%h" }, { $0.knownHostsFile = "~/x" },
        ] {
            var bad = good
            change(&bad)
            #expect(bad.fault != nil, "\(bad)")
        }
    }

    @Test("a listing is read whatever the owner is called")
    func listing() {
        let lines = [
            "-rw-r--r--    ? root     root            5 Nov 21 10:48 a b",
            "drwxr-xr-x    ? 0 0 4096 Nov 21 10:48 folder",
            "-rw-------    1 domain users 99 Jan  3  2024 x  y ", "lrwxrwxrwx 1 0 0 4 Nov 21 10:48 link", "", "total 5",
            "-rw-r--r--    1 0        0        12345678901 Feb  9 00:00  5 Nov 21 10:48 b",
        ]
        #expect(
            SFTPBatch.files(in: lines) == [
                RemoteFile(name: "a b", bytes: 5), RemoteFile(name: "x  y ", bytes: 99),
                RemoteFile(name: " 5 Nov 21 10:48 b", bytes: 12_345_678_901),
            ])
    }
}
