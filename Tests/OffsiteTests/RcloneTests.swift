import Digests
import DurableFiles
import Foundation
import Glibc
import Offsite
import Processes
import SystemPackage
import Testing

@Suite("rclone", .timeLimit(.minutes(3)), .serialized, .enabled(if: Bench.has("/usr/bin/rclone")))
struct RcloneTests {
    /// Lets `rclone serve` run during `body`, and kills it at the end.
    private func serving<T: Sendable>(
        _ kind: String, _ folder: FilePath, port: Int, _ body: () async throws -> T
    ) async throws -> T {
        let child = ChildProcess(
            executable: "/usr/bin/rclone",
            arguments: [
                "serve", kind, "--config", "/dev/null", "--addr", "127.0.0.1:\(port)", "--user", "u", "--pass", "p",
                folder.string,
            ], environment: ["PATH": "/usr/bin:/bin"], timeLimit: .seconds(300), grace: .milliseconds(100))
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await child.run { _ in } }
            try await until("rclone serves") { answers(port) }
            let result: Result<T, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            group.cancelAll()
            // The server was ended, which is no failure of the test.
            while await group.nextResult() != nil {}
            return try result.get()
        }
    }

    private func configuration(_ bench: Bench, port: Int) throws -> FilePath {
        let text = """
            [dav]
            type = webdav
            url = http://127.0.0.1:\(port)
            vendor = other
            user = u
            pass = \(Self.obscured)

            [sealed]
            type = crypt
            remote = \(bench.store)
            password = \(Self.obscured)

            """
        try DurableFile.write(Array(text.utf8), to: bench("keys/rclone.conf"), permissions: .ownerReadWrite)
        return bench("keys/rclone.conf")
    }

    /// The password "p" as `rclone obscure` writes it; each time differently.
    private static let obscured = "hYb77khL8krtiVpTq-hHx8A"

    @Test("sets go to a folder of this host and come back", arguments: ["store", "store/deep er/down"])
    func localFolder(folder: String) async throws {
        let bench = try Bench()
        let place = try RcloneDestination(remote: bench.path.pushing(FilePath(folder)).string)
        try await roundTrip(bench, place, at: bench.path.pushing(FilePath(folder)))
    }

    private func roundTrip(_ bench: Bench, _ place: RcloneDestination, at folder: FilePath?) async throws {
        #expect(try await place.list() == [])
        let sets = [try bench.set("b", bytes: 300_000), try bench.set("a", bytes: 0)]
        let copy = try bench.copy(place)
        let report = await copy.run(sets)
        #expect(report.isComplete, "\(report)")
        if let folder {
            try bench.expectStored(sets[0], sets[1], at: folder)
            #expect(try Folder.entries(of: folder) == ["a.db.gz", "a.json", "b.db.gz", "b.json"])
        }
        #expect(await copy.run(sets).sets.map(\.uploadedFiles) == [0, 0])
        // Without the state everything is compared there, and found to be right.
        try DurableFile.remove(bench("state/offsite-test.json"))
        #expect(await copy.run(sets).sets.map(\.uploadedFiles) == [0, 0])
        try await copy.fetch(manifest: "b.json", into: bench("back"), records: records)
        try bench.expectStored(sets[0], at: bench("back"))
        let expired = try await copy.setsThere().filter { $0.name == "a" }
        #expect(await copy.run([sets[0]], removing: expired).removed == ["a"])
        #expect(Set(try await place.list().map(\.name)) == ["b.db.gz", "b.json"])
        try await place.remove("never there")
        #expect(try await place.holds("never there", bytes: 1, sha256: sets[0].manifest.sha256) == false)
    }

    @Test("sets go to a WebDAV server and come back")
    func webdav() async throws {
        let bench = try Bench()
        let port = try freePort()
        let configuration = try configuration(bench, port: port)
        try await serving("webdav", bench.store, port: port) {
            let place = try RcloneDestination(remote: "dav:sub folder", configuration: configuration)
            try await roundTrip(bench, place, at: nil)
        }
    }

    @Test("a remote without digests is proven by bringing its files back")
    func crypt() async throws {
        let bench = try Bench()
        let configuration = try configuration(bench, port: 1)
        let place = try RcloneDestination(remote: "sealed:", configuration: configuration)
        try await roundTrip(bench, place, at: nil)
        #expect(try bench.stored().contains { $0.contains("b.db") } == false)
    }

    @Test("names with blanks, quotes, wildcards and letters of any language are themselves")
    func names() async throws {
        let bench = try Bench()
        let place = try RcloneDestination(remote: bench.store.string)
        let names = ["a b", "q'uote", "d\"quote", "st*r?[x]", "ünï 漢字 🗄", "-dash", "$HOME`id`", "{a,b}", "%41", "a\\b"]
        let files = try names.map { try bench.file($0, Array("bytes of \($0)".utf8)) }
        for file in files { try await place.upload(file) }
        #expect(Set(try bench.stored()) == Set(names))
        #expect(Set(try await place.list()) == Set(files.map { RemoteFile(name: $0.name, bytes: $0.bytes) }))
        for file in files {
            #expect(try await place.holds(file.name, bytes: file.bytes, sha256: file.sha256), "\(file.name)")
            try await place.remove(file.name)
        }
        #expect(try bench.stored() == [])
    }

    @Test("a damaged copy of the same length and time is found without the state, and replaced")
    func damaged() async throws {
        let bench = try Bench()
        let set = try bench.set("a")
        let copy = try bench.copy(RcloneDestination(remote: bench.store.string))
        #expect(await copy.run([set]).isComplete)
        let path = bench.store.appending("a.db.gz")
        let time = try FileManager.default.attributesOfItem(atPath: path.string)[.modificationDate]
        try DurableFile.write(sample(10_000, seed: 3), to: path, permissions: .ownerReadWrite)
        try FileManager.default.setAttributes([.modificationDate: try #require(time)], ofItemAtPath: path.string)
        try DurableFile.remove(bench("state/offsite-test.json"))
        let report = await copy.run([set])
        #expect(report.isComplete && report.notes.count == 1, "\(report)")
        try bench.expectStored(set)
    }

    @Test("storage that damages what it takes is blamed, and keeps nothing under the name")
    func badStorage() async throws {
        let bench = try Bench()
        let target = bench.store.appending("a.db.gz").string
        let bad = try bench.program(
            "rclone \"$@\"; status=$?; [ -f '\(target)' ] && printf X | dd of='\(target)' conv=notrunc 2>/dev/null; exit $status"
        )
        let place = try RcloneDestination(remote: bench.store.string, executable: bad)
        let report = try await bench.copy(place).run([bench.set("a")])
        #expect(report.sets[0].failure?.cause == .mismatch)
        #expect(try bench.stored() == [])
    }

    @Test("a server that dies in the middle fails the set, and the next run ends right")
    func killed() async throws {
        let bench = try Bench()
        let port = try freePort()
        let configuration = try configuration(bench, port: port)
        let set = try bench.set("a", bytes: 3 << 20)
        let limits = OffsiteLimits(connecting: .seconds(2), idle: .seconds(5), bandwidth: 1 << 20)
        let slow = try bench.copy(
            RcloneDestination(remote: "dav:", configuration: configuration, limits: limits))
        let report = try await withThrowingTaskGroup(of: OffsiteReport.self) { group in
            try await serving("webdav", bench.store, port: port) {
                group.addTask { await slow.run([set]) }
                try await until("a part is there") { !(try bench.stored().isEmpty) }
            }
            return try #require(try await group.next())
        }
        #expect(report.sets[0].isThere == false)
        #expect(try bench.stored().contains("a.json") == false)
        try await serving("webdav", bench.store, port: port) {
            let again = try await bench.copy(RcloneDestination(remote: "dav:", configuration: configuration)).run([set])
            #expect(again.isComplete, "\(again)")
        }
        try bench.expectStored(set)
    }

    @Test("a server that is not there, or a wrong password, or an unknown remote fails in words that tell which")
    func refused() async throws {
        let bench = try Bench()
        let port = try freePort()
        let configuration = try configuration(bench, port: port)
        let limits = OffsiteLimits(connecting: .seconds(2), idle: .seconds(5))
        let place = try RcloneDestination(remote: "dav:", configuration: configuration, limits: limits)
        let away = try await bench.copy(place).run([bench.set("a")])
        guard case .unreachable = away.failure?.cause else {
            Issue.record("\(away)")
            return
        }
        try await Bench.shell("sed -i 's/^user = u/user = v/' '\(configuration)'")
        try await serving("webdav", bench.store, port: port) {
            let report = try await bench.copy(place).run([bench.set("a")])
            guard case .notLetIn = report.failure?.cause else {
                Issue.record("\(report)")
                return
            }
        }
        let unknown = try RcloneDestination(remote: "nowhere:", configuration: configuration)
        #expect(try await bench.copy(unknown).run([bench.set("a")]).failure?.description.contains("nowhere") == true)
    }

    @Test("a full disk is named", .enabled(if: SmallDisk.isAvailable))
    func full() async throws {
        let bench = try Bench()
        let disk = try SmallDisk()
        let copy = try bench.copy(RcloneDestination(remote: disk.path.string))
        let small = try bench.set("b", bytes: 1000)
        #expect(await copy.run([small]).isComplete)
        let report = try await copy.run([bench.set("a", bytes: 2 << 20), small])
        guard case .noRoom = report.sets[0].failure?.cause else {
            Issue.record("\(report)")
            return
        }
        try bench.expectStored(small, at: disk.path)
    }

    @Test(
        "what is no remote, or would show a password to everybody, is refused",
        arguments: [
            "", "relative/path", "-x:y", "--config=/x:", ":s3,secret_access_key=hunter2:bucket", "nas,pass=hunter2:x",
            "a\nb:",
            "a/b:c", "\"x\":y",
        ])
    func badRemote(text: String) {
        let error = #expect(throws: OffsiteError.self) { _ = try RcloneDestination(remote: text) }
        #expect(error?.description.contains("hunter2") == false)
    }

    /// `[here]` of type `local`, under the password "hunter2".
    private static let encrypted = """
        # Encrypted rclone configuration File

        RCLONE_ENCRYPT_V0:
        NOjlXL13hEfWOE/BM26J4nVHWT1kmY83vEO2UlvO5/YUDf755+YTOP/UMOZ6rpUr3BTh+In5hvJIrKW4RQ==

        """

    @Test("the password of an encrypted configuration comes from a file, which is in no argument or variable")
    func encryptedConfiguration() async throws {
        let bench = try Bench()
        let remote = "here:\(bench.store)"
        let configuration = bench("keys/rclone.conf")
        try DurableFile.write(Array(Self.encrypted.utf8), to: configuration, permissions: .ownerReadWrite)
        let password = bench("keys/the \"pass\" word")
        try DurableFile.write(Array("hunter2\n".utf8), to: password, permissions: .ownerReadWrite)
        let spy = try bench.program(
            "cat /proc/$$/cmdline /proc/$$/environ | tr '\\0' '\\n' >> '\(bench("keys/log"))'; exec rclone \"$@\"")
        let place = try RcloneDestination(
            remote: remote, configuration: configuration, passwordFile: password, executable: spy)
        #expect(try await bench.copy(place).run([bench.set("a")]).isComplete)
        #expect(try bench.text("keys/log").contains("hunter2") == false)
        let without = try RcloneDestination(remote: remote, configuration: configuration)
        #expect(try await bench.copy(without).run([bench.set("a")]).failure != nil)
        #expect(chmod(password.string, 0o644) == 0)
        #expect(throws: OffsiteError.self) {
            _ = try RcloneDestination(remote: remote, configuration: configuration, passwordFile: password)
        }
    }

    @Test("a program that overstays is ended, and one that lists nonsense is not believed")
    func badProgram() async throws {
        let bench = try Bench()
        let limits = OffsiteLimits(request: .milliseconds(200), transfer: .milliseconds(200))
        for (script, cause) in [
            ("sleep 600", OffsiteError.Cause.timedOut(.milliseconds(200))), ("echo nonsense", nil), ("kill -9 $$", nil),
            ("exit 0", nil), ("head -c 3000000 /dev/zero | tr '\\0' e >&2; exit 1", nil),
        ] {
            let place = try RcloneDestination(
                remote: bench.store.string, executable: bench.program(script),
                limits: cause == nil ? OffsiteLimits() : limits)
            let failure = try await bench.copy(place).run([bench.set("a")]).failure
            #expect(failure != nil && (cause == nil || failure?.cause == cause), "\(script)")
            #expect((failure?.description.count ?? 0) < 2000)
        }
    }
}
