import Foundation
import GRDB
import Glibc
import Testing

/// `ronde init`, as people use it: from flags, and with a terminal.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct InitTests {
    /// A folder with a database in it.
    private final class Desk: Sendable {
        let folder = FileManager.default.temporaryDirectory.path + "/ronde-init-\(UUID().uuidString)"
        var instance: String { folder + "/instance" }
        let database: String

        init(database name: String = "api.db") throws {
            database = folder + "/" + name
            try FileManager.default.createDirectory(
                atPath: (database as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            let queue = try DatabaseQueue(path: database)
            try queue.write { database in
                try database.execute(sql: "CREATE TABLE users(name); CREATE TABLE orders(number)")
                try database.execute(sql: "INSERT INTO users VALUES ('Ada'), ('Grace')")
            }
            try queue.close()
        }

        func remove() { try? FileManager.default.removeItem(atPath: folder) }

        @discardableResult
        func ronde(
            _ arguments: String..., status: Int32 = 0, at location: SourceLocation = #_sourceLocation
        ) async throws -> Program.Ending {
            let ending = try await Program(
                Program.built("ronde"), arguments, in: folder, environment: ["TZ": "Europe/Paris"]
            )
            .wait()
            #expect(ending.status == status, "\(arguments): \(ending)", sourceLocation: location)
            return ending
        }

        /// The command on a terminal of its own, with lines typed into it; what the terminal showed.
        func type(_ lines: String..., arguments: String = "") async throws -> Program.Ending {
            let keys = folder + "/keys"
            try lines.map { $0 + "\n" }.joined().write(toFile: keys, atomically: true, encoding: .utf8)
            let command = "'\(Program.built("ronde"))' init instance \(arguments)"
            return try await Program(
                "/usr/bin/script", ["-qec", command, "/dev/null"], in: folder,
                environment: ["TZ": "Europe/Paris", "SHELL": "/bin/sh"], input: keys
            ).wait()
        }

        var names: [String] {
            (FileManager.default.subpaths(atPath: instance) ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
        }

        func text(_ name: String) throws -> String {
            try String(contentsOfFile: instance + "/" + name, encoding: .utf8)
        }
    }

    private static let all = ["ronde.yaml", "schedules/daily.yaml", "schedules/monthly.yaml", "schedules/weekly.yaml"]

    @Test("from flags: files without mistakes, whose checklists run")
    func flags() async throws {
        let desk = try Desk()
        defer { desk.remove() }
        let ending = try await desk.ronde("init", "instance", "--service", "api", "--database", "api.db", "--yes")
        #expect(desk.names == Self.all, "\(ending)")
        for fragment in ["2 tables", "run daily --dry-run --config ", "ronde next"] {
            #expect(ending.errors.contains(fragment), "\(ending)")
        }
        #expect(try desk.text("ronde.yaml").contains("timezone: Europe/Paris\n"))
        try await desk.ronde("validate", "--config", "instance")
        for checklist in ["daily", "weekly", "monthly"] {
            try await desk.ronde("run", checklist, "--config", "instance")
        }
        let backups = try FileManager.default.subpathsOfDirectory(atPath: desk.instance + "/var/backups/api")
        #expect(
            Set(backups.filter { $0.hasSuffix(".db.gz") }.map { ($0 as NSString).deletingLastPathComponent })
                == ["daily", "weekly", "monthly"])
        let next = try await desk.ronde("next", "--count", "60", "--config", "instance")
        #expect(next.output.contains("monthly"), "\(next)")
    }

    @Test("JSON tells programs the same")
    func json() async throws {
        let desk = try Desk()
        defer { desk.remove() }
        let ending = try await desk.ronde(
            "init", "instance", "--service", "api", "--url", "http://127.0.0.1:5000", "--database", "api.db",
            "--backups",
            "sets", "--timezone", "UTC", "--yes", "--json")
        let shape = try #require(try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [String: Any])
        #expect(shape["folder"] as? String == desk.instance && shape["service"] as? String == "api")
        let files = try #require(shape["files"] as? [[String: String]])
        #expect(files.last == ["path": desk.instance + "/ronde.yaml", "state": "written"] && files.count == 4)
        let database = try #require(shape["database"] as? [String: Any])
        #expect(database["path"] as? String == desk.database && database["tables"] as? Int == 2)
        #expect(database["wal"] as? Bool == false && database["bytes"] as? Int ?? 0 > 0)
        #expect(shape["writable"] as? [String] == [desk.folder, desk.folder + "/sets"])
        #expect((shape["next"] as? [String])?.isEmpty == false)

        let bare = try await desk.ronde(
            "init", "other", "--service", "web", "--url", "http://127.0.0.1:5000", "--json")
        let other = try #require(try JSONSerialization.jsonObject(with: Data(bare.output.utf8)) as? [String: Any])
        #expect(other["database"] is NSNull)
    }

    @Test(
        "without a terminal, what is missing is named",
        arguments: [
            ([], ["--service", "--url or --database"]), (["--service", "api"], ["--url or --database"]),
            (["--url", "http://127.0.0.1"], ["--service"]), (["--yes"], ["--service", "--url or --database"]),
        ] as [([String], [String])])
    func missing(_ arguments: [String], _ names: [String]) async throws {
        let desk = try Desk()
        defer { desk.remove() }
        let ending = try await Program(Program.built("ronde"), ["init", "instance"] + arguments, in: desk.folder).wait()
        #expect(ending.status == 64, "\(ending)")
        #expect(ending.errors.contains("missing: \(names.joined(separator: ", "))\n"), "\(ending)")
        #expect(desk.names == [])
    }

    @Test(
        "an answer that will not do is refused with its option, and nothing is written",
        arguments: [
            ("--service", "Api", 64), ("--title", "two\nlines", 64), ("--url", "localhost:5000", 64),
            ("--health", "health", 64), ("--database", "new\nline.db", 64), ("--backups", "new\nline", 64),
            ("--timezone", "Europe/Pris", 64), ("--timezone", "", 64), ("--database", "missing.db", 66),
            ("--database", "text", 66),
        ] as [(String, String, Int32)])
    func refused(_ option: String, _ value: String, _ status: Int32) async throws {
        let desk = try Desk()
        defer { desk.remove() }
        try String(repeating: "no database\n", count: 500).write(
            toFile: desk.folder + "/text", atomically: true, encoding: .utf8)
        let good = ["--service": "api", "--url": "http://127.0.0.1:5000", "--database": "api.db"]
        let arguments = good.merging([option: value]) { $1 }.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        let ending = try await Program(Program.built("ronde"), ["init", "instance"] + arguments, in: desk.folder).wait()
        #expect(ending.status == status, "\(ending)")
        #expect(status == 66 || ending.errors.hasPrefix("ronde: \(option): "), "\(ending)")
        #expect(ending.errors.split(separator: "\n").count == 1, "one line, whatever was given: \(ending)")
        #expect(desk.names == [])
    }

    @Test("a database that is not there yet is taken where one says so")
    func unchecked() async throws {
        let desk = try Desk()
        defer { desk.remove() }
        try await desk.ronde("init", "instance", "--service", "api", "--database", "missing.db", "--unchecked")
        try await desk.ronde("validate", "--config", "instance")
    }

    @Test(
        "a path of any letters reaches the file it names",
        arguments: [
            "it's \"quoted\"/a b.db", "données/日本 🚀.db", "{a: [b, &c *d]} #e/x.db", "~/%d\\n.db", "- a: b/null",
        ])
    func hostilePath(_ name: String) async throws {
        let desk = try Desk(database: name)
        defer { desk.remove() }
        try await desk.ronde(
            "init", "instance", "--service=api", "--database=\(name)", "--backups=sets \(name)", "--title=\(name)")
        try await desk.ronde("run", "daily", "--config", "instance")
        #expect(FileManager.default.fileExists(atPath: "\(desk.folder)/sets \(name)/daily"))
    }

    @Test("what is there already is never overwritten", arguments: all)
    func existing(_ name: String) async throws {
        let desk = try Desk()
        defer { desk.remove() }
        let file = desk.instance + "/" + name
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try "mine: true\n".write(toFile: file, atomically: true, encoding: .utf8)
        let ending = try await desk.ronde(
            "init", "instance", "--service", "api", "--database", "api.db", "--yes", status: 73)
        #expect(ending.errors.contains(file), "\(ending)")
        #expect(desk.names == [name])
        #expect(try desk.text(name) == "mine: true\n")
    }

    @Test("the same again is no mistake, and writes nothing")
    func same() async throws {
        let desk = try Desk()
        defer { desk.remove() }
        for state in ["written", "present"] {
            let ending = try await desk.ronde(
                "init", "instance", "--service", "api", "--database", "api.db", "--json")
            #expect(ending.output.contains("\"state\" : \"\(state)\""), "\(ending)")
        }
    }

    @Test("on a terminal it asks, asks again after a wrong answer, and takes what is usual")
    func terminal() async throws {
        let desk = try Desk()
        defer { desk.remove() }
        let ending = try await desk.type(
            "My API", "api", "", "127.0.0.1", "http://127.0.0.1:5000/", "", "nowhere.db", "n", "api.db", "", "Paris",
            "Europe/London", "", "y")
        #expect(ending.status == 0, "\(ending)")
        for fragment in [
            "small letters", "no address of a service", "there is no such file", "2 tables", "Europe/Paris", "Next:",
        ] {
            #expect(ending.output.contains(fragment), "\(fragment) is not in \(ending)")
        }
        #expect(desk.names == Self.all)
        let text = try desk.text("ronde.yaml")
        #expect(text.contains("timezone: Europe/London\n") && text.contains("url: http://127.0.0.1:5000/\n"))
        try await desk.ronde("validate", "--config", "instance")
    }

    @Test("options are not asked for; 'no' at the end, or no end of the answers, writes nothing")
    func abandoned() async throws {
        let desk = try Desk()
        defer { desk.remove() }
        let options = "--service api --url http://127.0.0.1:5000 --health /up --timezone UTC --title API"
        let refused = try await desk.type("api.db", "", "", "n", arguments: options)
        #expect(refused.status == 130 && !refused.output.contains("Name of the service"), "\(refused)")
        #expect(desk.names == [])
        let cutOff = try await desk.type("api", arguments: "")
        #expect(cutOff.status == 130 && cutOff.output.contains("nothing was written"), "\(cutOff)")
        #expect(desk.names == [])
    }

    @Test("nobody answers questions for a folder that has an instance already")
    func noQuestionsForNothing() async throws {
        let desk = try Desk()
        defer { desk.remove() }
        try FileManager.default.createDirectory(atPath: desk.instance, withIntermediateDirectories: true)
        try "services: {}\n".write(toFile: desk.instance + "/ronde.yaml", atomically: true, encoding: .utf8)
        let ending = try await desk.type("api")
        #expect(ending.status == 73 && !ending.output.contains("Name of the service"), "\(ending)")
    }

    @Test("the configuration that Scripts/install left gives way to the first service")
    func installedTemplate() async throws {
        let desk = try Desk()
        defer { desk.remove() }
        let root = desk.folder + "/root"
        let installing = try await Program(
            TestInstance.repository + "/Scripts/install", ["--destdir", root, "--binary", Program.built("ronde")],
            in: desk.folder
        ).wait()
        #expect(installing.status == 0, "\(installing)")
        let arguments = [
            "init", root + "/etc/ronde", "--service", "api", "--database", "api.db", "--data", root + "/var/lib/ronde",
        ]
        let ending = try await Program(root + "/usr/local/bin/ronde", arguments, in: desk.folder).wait()
        #expect(ending.status == 0 && ending.output.contains("in the place of the installed one"), "\(ending)")
        // From now on it is somebody's.
        let other = arguments.map { $0 == "api" ? "web" : $0 }
        #expect(try await Program(root + "/usr/local/bin/ronde", other, in: desk.folder).wait().status == 73)
    }

    @Test("mistakes in files that lay in the folder before are shown")
    func otherMistakes() async throws {
        let desk = try Desk()
        defer { desk.remove() }
        try FileManager.default.createDirectory(
            atPath: desk.instance + "/schedules", withIntermediateDirectories: true)
        try "checklist: old\nservice: other\ntasks: []\n".write(
            toFile: desk.instance + "/schedules/old.yaml", atomically: true, encoding: .utf8)
        let ending = try await desk.ronde(
            "init", "instance", "--service", "api", "--database", "api.db", status: 78)
        #expect(ending.errors.contains("schedules/old.yaml:2:10: error: "), "\(ending)")
        #expect(desk.names.count == 5)
    }
}
