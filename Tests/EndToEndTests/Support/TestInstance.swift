import Foundation
import GRDB
import Glibc

/// A folder with a configuration of its own, the repository's schedules, and a real service when one is started.
final class TestInstance: Sendable {
    let folder: String
    var database: String { folder + "/api/test.db" }
    var backups: String { folder + "/backups" }

    static var repository: String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
    }

    /// An instance whose service's database has so many users; nil for no database at all.
    init(users: Int? = 500) async throws {
        folder = FileManager.default.temporaryDirectory.path + "/ronde-e2e-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder + "/api", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: Self.repository + "/schedules", toPath: folder + "/schedules")
        try configure(url: "http://127.0.0.1:9")
        if let users {
            let seeding = try Program(
                Program.built("api-service"), ["seed", "--users", "\(users)", "--database", database], in: folder)
            let ending = try await seeding.wait()
            guard ending.status == 0 else { throw SetupFailure(reason: "\(ending)") }
        }
    }

    struct SetupFailure: Error { let reason: String }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    /// Writes `ronde.yaml`; `api` is the database's folder, and what begins with `also` is further YAML.
    func configure(
        url: String, backups: String = "backups", state: String = "state", reports: String = "reports",
        api: String = "api", alsoBackups: String = "", alsoService: String = ""
    ) throws {
        try write(
            """
            timezone: Europe/Paris
            folders: {schedules: schedules, plugins: [], state: \(state), reports: \(reports)}
            services:
              api:
                title: Users API
                url: \(url)
                databases: {main: {sqlite: \(api)/test.db}}
                backups: {daily: \(backups), weekly: \(backups)/weekly, monthly: archives\(alsoBackups)}
                thresholds: {response_time: 2s, users: 45000, database_size: 100MB}
            \(alsoService)
            """, to: "ronde.yaml")
    }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
    }

    func schedule(_ name: String, _ text: String) throws { try write(text, to: "schedules/\(name).yaml") }

    // MARK: Programs

    func ronde(_ arguments: String..., environment: [String: String] = [:]) async throws -> Program.Ending {
        try await start(arguments, environment: environment).wait()
    }

    /// The same, and the most memory that it had resident, in bytes.
    ///
    /// A small process is between: the system counts what the one had that started a program as the program's own.
    func measured(_ arguments: String...) async throws -> (ending: Program.Ending, peakMemory: Int) {
        let script = """
            import resource, subprocess, sys
            status = subprocess.run(sys.argv[2:]).returncode
            open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
            sys.exit(status)
            """
        let file = folder + "/peak"
        let measuring = try Program(
            "/usr/bin/python3", ["-c", script, file, Program.built("ronde")] + arguments, in: folder)
        let ending = try await measuring.wait()
        guard let peak = Int(try String(contentsOfFile: file, encoding: .utf8)) else {
            throw SetupFailure(reason: "nothing was measured")
        }
        return (ending, peak * 1024)
    }

    func start(_ arguments: [String], environment: [String: String] = [:]) throws -> Program {
        try Program(Program.built("ronde"), arguments, in: folder, environment: environment)
    }

    /// Starts the real API service on a free port, and configures it; the process and its address.
    func startService() async throws -> (process: Program, url: String) {
        let service = try Program(
            Program.built("api-service"), ["--port", "0", "--database", database], in: folder)
        let url = try await address(of: service)
        try configure(url: url)
        return (service, url)
    }

    func address(of service: Program) async throws -> String {
        var url: String?
        try await until("a line with the service's address") {
            url = service.output.split(separator: "\n").first { $0.hasPrefix("Listening on ") }
                .map { String($0.dropFirst("Listening on ".count)) }
            return url != nil
        }
        guard let url else { throw SetupFailure(reason: "no address") }
        return url
    }

    // MARK: What is there

    func names(in path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder + "/" + path)) ?? []).sorted()
    }

    /// The reports there are, newest last, as JSON objects.
    func reportRecords(in reports: String = "reports") throws -> [[String: Any]] {
        try names(in: reports).filter { !$0.hasPrefix(".") }.compactMap { name in
            let bytes = try Data(contentsOf: URL(filePath: "\(folder)/\(reports)/\(name)/report.json"))
            return try JSONSerialization.jsonObject(with: bytes) as? [String: Any]
        }
    }

    /// Unpacks a backup with gunzip and opens the result.
    func unpack(_ backup: String) async throws -> DatabaseQueue {
        let copy = "\(folder)/unpacked-\(UUID().uuidString).db"
        let program = try Program("/bin/sh", ["-c", "gunzip -c '\(backup)' > '\(copy)'"], in: folder)
        let ending = try await program.wait()
        guard ending.status == 0 else { throw SetupFailure(reason: "gunzip: \(ending)") }
        return try DatabaseQueue(path: copy)
    }

    /// The data files of the sets in a folder: name and bytes.
    func contents(of path: String) -> [String: Data] {
        var files: [String: Data] = [:]
        let all = FileManager.default.enumerator(atPath: folder + "/" + path)
        while let name = all?.nextObject() as? String {
            // Locks, and what is noted about backups, are no backups.
            let isNote = name.hasSuffix(".lock") || name.hasSuffix(".ronde-backups.json")
            guard !isNote, !name.hasSuffix(".backups.index") else { continue }
            files[name] = FileManager.default.contents(atPath: "\(folder)/\(path)/\(name)")
        }
        return files
    }

    /// The `ronde` processes, plugins among them, that work for this instance.
    func processes() -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { name in
            guard let pid = Int32(name) else { return nil }
            let command = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
            let words = command.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            guard words.first?.hasSuffix("/ronde") == true else { return nil }
            let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")
            return place?.hasPrefix(folder) == true ? words.joined(separator: " ") : nil
        }
    }
}
