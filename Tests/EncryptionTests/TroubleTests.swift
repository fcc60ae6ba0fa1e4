import DurableFiles
import Encryption
import Foundation
import Glibc
import SystemPackage
import Testing

/// A file system of 1 MB in memory, which only root can make; unmounted when the test ends.
private final class SmallDisk {
    let path: FilePath

    static let isAvailable: Bool = {
        // Root in a container may not mount either, so it is tried.
        (try? SmallDisk()) != nil
    }()

    init() throws {
        path = FilePath(FileManager.default.temporaryDirectory.path).appending("ronde-encryption-disk-\(UUID())")
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: false)
        guard geteuid() == 0, mount("ronde", path.string, "tmpfs", 0, "size=1m") == 0 else {
            let code = Errno(rawValue: errno)
            rmdir(path.string)
            throw FileError(operation: "mount", path: path, errno: code)
        }
    }

    deinit {
        umount2(path.string, CInt(MNT_DETACH))
        rmdir(path.string)
    }
}

@Suite("Programs that fail", .timeLimit(.minutes(2)), .enabled(if: Bench.hasAge && Bench.hasGPG))
struct TroubleTests {
    /// Tries both directions with a false program, and returns the two errors.
    private func errors(_ script: String, form: EncryptedForm, timeLimit: Duration = .seconds(30)) async throws
        -> [EncryptionError]
    {
        let bench = try await Bench()
        let plain = try bench.put(sample(100_000), at: "plain")
        try await bench.encryption(form).encrypt(plain, into: bench("sealed"), timeLimit: .seconds(60))
        let program = try bench.program(script.replacing("$SEALED", with: bench("sealed").string))
        let programs = EncryptionPrograms(age: program, gpg: program)
        var secrets = bench.secrets
        secrets.programs = programs
        let errors = [
            await encryptionError {
                try await bench.encryption(form).encrypt(plain, into: bench("x"), with: programs, timeLimit: timeLimit)
            },
            await encryptionError {
                try await secrets.decrypt(bench("sealed"), into: bench("x"), timeLimit: timeLimit)
            },
            await encryptionError { _ = try await secrets.facts(of: bench("sealed"), timeLimit: timeLimit) },
        ]
        #expect(try bench.entries() == ["plain", "sealed"])
        return errors.compactMap { $0 }
    }

    @Test("one that is killed half-way leaves nothing", arguments: EncryptedForm.allCases)
    func killed(form: EncryptedForm) async throws {
        for error in try await errors("head -c 50000 \"$SEALED\"; kill -9 $$", form: form) {
            #expect(error.description.contains("was ended by signal 9"))
        }
    }

    @Test("one that ends well after a part of the work is not believed", arguments: EncryptedForm.allCases)
    func liar(form: EncryptedForm) async throws {
        #expect(try await errors("head -c 50000 \"$SEALED\"", form: form).count == 3)
        #expect(try await errors("exit 0", form: form).count == 3)
    }

    @Test("one that overstays is ended", arguments: EncryptedForm.allCases)
    func overstaying(form: EncryptedForm) async throws {
        for error in try await errors("sleep 600", form: form, timeLimit: .milliseconds(200)) {
            #expect(error.cause == .timedOut(.milliseconds(200)))
        }
    }

    @Test("one that floods its errors does no harm")
    func flood() async throws {
        for error in try await errors("head -c 3000000 /dev/zero | tr '\\0' 'e' >&2; exit 5", form: .age) {
            #expect(error.description.count < 1000)
        }
    }

    @Test(
        "a full disk is named as that, and nothing is left", .enabled(if: SmallDisk.isAvailable),
        arguments: EncryptedForm.allCases)
    func fullDisk(form: EncryptedForm) async throws {
        let bench = try await Bench()
        let disk = try SmallDisk()
        let plain = try bench.put(sample(2 << 20), at: "plain")
        let target = disk.path.appending("x")
        let full = FileError(operation: "write", path: target, errno: .noSpace)
        await #expect(throws: full) {
            try await bench.encryption(form).encrypt(plain, into: target, timeLimit: .seconds(60))
        }
        try await bench.encryption(form).encrypt(plain, into: bench("sealed"), timeLimit: .seconds(60))
        await #expect(throws: full) {
            try await bench.secrets.decrypt(bench("sealed"), into: target, timeLimit: .seconds(60))
        }
        #expect(try Folder.entries(of: disk.path) == [])
    }

    @Test("cancelling leaves nothing", arguments: EncryptedForm.allCases)
    func cancelled(form: EncryptedForm) async throws {
        let bench = try await Bench()
        let plain = try bench.put(sample(100_000), at: "plain")
        let program = try bench.program("touch '\(bench("keys/started"))'; sleep 600")
        let programs = EncryptionPrograms(age: program, gpg: program)
        let encryption = bench.encryption(form)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) {
                    try await encryption.encrypt(plain, into: bench("x"), with: programs, timeLimit: .seconds(60))
                }
            }
            while !FileManager.default.fileExists(atPath: bench("keys/started").string) {
                try await Task.sleep(for: .milliseconds(5))
            }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(try bench.entries() == ["plain"])
    }

    @Test("what is no file, or is missing, is refused")
    func noFile() async throws {
        let bench = try await Bench()
        for encryption in [bench.age, bench.gpg] {
            let error = await encryptionError {
                try await encryption.encrypt(bench("keys"), into: bench("x"), timeLimit: .seconds(60))
            }
            #expect(error?.cause == .notAFile)
            await #expect(throws: FileError.self) {
                try await encryption.encrypt(bench("nowhere"), into: bench("x"), timeLimit: .seconds(60))
            }
        }
        let error = await encryptionError {
            try await bench.secrets.decrypt(bench("keys"), into: bench("x"), timeLimit: .seconds(60))
        }
        #expect(error?.cause == .notAFile)
        #expect(try bench.entries() == [])
    }

    @Test("a file that grows while it is encrypted is refused")
    func changed() async throws {
        let bench = try await Bench()
        let plain = try bench.put(sample(1000), at: "plain")
        let program = try bench.program("age \"$@\" && echo more >> '\(plain)'")
        let error = await encryptionError {
            try await bench.age.encrypt(
                plain, into: bench("x"), with: EncryptionPrograms(age: program, gpg: nil), timeLimit: .seconds(60))
        }
        #expect(error?.cause == .changed)
        #expect(try bench.entries() == ["plain"])
    }
}
