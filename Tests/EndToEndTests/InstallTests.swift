import Foundation
import Glibc
import Testing

/// `Scripts/install` into a folder, as for a package: with the program that was built, and without root.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct InstallTests {
    /// A folder that takes the place of `/`, with letters that a careless script would stumble over.
    private final class Root: Sendable {
        let folder = FileManager.default.temporaryDirectory.path + "/ronde install é \(UUID().uuidString)"
        var destination: String { folder + "/root" }

        /// Starts the program that was built, and is smaller by so much that installing it takes no time.
        var binary: String { folder + "/ronde" }

        init() throws {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try script(at: binary)
        }

        func script(at path: String, _ comment: String = "") throws {
            try "#!/bin/sh\n\(comment)\nexec '\(Program.built("ronde"))' \"$@\"\n"
                .write(toFile: path, atomically: true, encoding: .utf8)
            chmod(path, 0o755)
        }

        func remove() { try? FileManager.default.removeItem(atPath: folder) }

        func start(_ arguments: [String], binary: String? = nil) throws -> Program {
            let program = arguments.contains("--uninstall") ? [] : ["--binary", binary ?? self.binary]
            return try Program(
                TestInstance.repository + "/Scripts/install", ["--destdir", destination] + program + arguments,
                in: folder, environment: ["LC_ALL": "C.UTF-8", "TMPDIR": folder])
        }

        @discardableResult
        func install(
            _ arguments: String..., binary: String? = nil, status: Int32 = 0,
            at location: SourceLocation = #_sourceLocation
        ) async throws -> Program.Ending {
            let ending = try await start(arguments, binary: binary).wait()
            #expect(ending.status == status, "\(ending)", sourceLocation: location)
            return ending
        }

        func uninstall() async throws -> Program.Ending { try await install("--uninstall") }

        /// Everything below the root but folders that hold something.
        var names: [String] {
            let all = FileManager.default.subpaths(atPath: destination) ?? []
            let above = Set(all.map { ($0 as NSString).deletingLastPathComponent })
            return all.filter { !above.contains($0) }.sorted()
        }

        var files: [String] {
            names.filter { name in
                var status = stat()
                return lstat(destination + "/" + name, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
            }
        }

        func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: destination + path) }

        func text(_ path: String) throws -> String {
            try String(contentsOfFile: destination + path, encoding: .utf8)
        }

        func write(_ text: String, to path: String) throws {
            let file = destination + path
            try FileManager.default.createDirectory(
                atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try text.write(toFile: file, atomically: true, encoding: .utf8)
        }

        /// What tells a file from one that was written anew.
        var stamps: [String: String] {
            Dictionary(
                names.map { name in
                    var status = stat()
                    lstat(destination + "/" + name, &status)
                    return (name, "\(status.st_ino) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)")
                }, uniquingKeysWith: { first, _ in first })
        }
    }

    private static let config = "/etc/ronde/ronde.yaml"
    private static let program = "/usr/local/bin/ronde"
    private static let unit = "/usr/local/lib/systemd/system/ronde.service"

    @Test("everything is put in its place, and works from there")
    func installed() async throws {
        let root = try Root()
        defer { root.remove() }
        let ending = try await root.install(binary: Program.built("ronde"))
        #expect(ending.output.contains(" is installed in \(root.destination)/usr/local"), "\(ending)")
        for path in [
            Self.program, Self.config, Self.unit, "/etc/ronde/schedules", "/usr/local/lib/sysusers.d/ronde.conf",
            "/usr/local/libexec/ronde/ronde-supervisor", "/usr/local/share/man/man1/ronde.1",
            "/usr/local/share/man/man1/ronde-backups-restore.1",
            "/usr/local/share/bash-completion/completions/ronde", "/usr/local/share/zsh/site-functions/_ronde",
            "/usr/local/share/fish/vendor_completions.d/ronde.fish", "/usr/local/share/doc/ronde/writable-folders.conf",
        ] {
            #expect(root.exists(path), "\(path)")
        }
        #expect(!root.exists("/usr/local/share/man/man1/ronde-supervise.1"), "hidden commands have no page")
        let unit = try root.text(Self.unit)
        #expect(unit.contains("ExecStart=/usr/local/bin/ronde daemon ") && !unit.contains("@bindir@"))
        let validating = try await Program(
            root.destination + Self.program, ["validate", "--config", root.destination + Self.config], in: root.folder
        ).wait()
        #expect(validating.status == 0, "\(validating)")
    }

    @Test("a second time changes nothing")
    func again() async throws {
        let root = try Root()
        defer { root.remove() }
        try await root.install()
        let before = root.stamps
        let ending = try await root.install()
        #expect(
            root.stamps.filter { !$0.key.hasSuffix("/installed") } == before.filter { !$0.key.hasSuffix("/installed") })
        #expect(ending.output.contains(": 0 files written"), "\(ending)")
    }

    @Test("a configuration that was changed stays as it is, and the new one is put beside it")
    func changedConfiguration() async throws {
        let root = try Root()
        defer { root.remove() }
        try await root.install()
        let packaged = try root.text(Self.config)
        try root.write(packaged + "# mine\n", to: Self.config)
        let ending = try await root.install()
        #expect(
            ending.output.contains("which you changed; that of this version is /etc/ronde/ronde.yaml.new"), "\(ending)")
        #expect(try root.text(Self.config) == packaged + "# mine\n")
        #expect(try root.text(Self.config + ".new") == packaged)

        // Once they are the same, nothing is left to be looked at.
        try root.write(packaged, to: Self.config)
        try await root.install()
        #expect(!root.exists(Self.config + ".new"))
    }

    @Test("a configuration that nobody changed follows the new version; a link is somebody's work")
    func unchangedConfiguration() async throws {
        let root = try Root()
        defer { root.remove() }
        try await root.install()
        let packaged = try root.text(Self.config)
        // As an older version would have left it.
        for path in [Self.config, "/usr/local/share/ronde/ronde.yaml"] { try root.write("services: {}\n", to: path) }
        try await root.install()
        #expect(try root.text(Self.config) == packaged && !root.exists(Self.config + ".new"))

        try FileManager.default.removeItem(atPath: root.destination + Self.config)
        symlink("elsewhere.yaml", root.destination + Self.config)
        try await root.install()
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: root.destination + Self.config)
                == "elsewhere.yaml")
    }

    @Test("uninstalling takes all but data and a changed configuration")
    func uninstall() async throws {
        let root = try Root()
        defer { root.remove() }
        try await root.install()
        try root.write(try root.text(Self.config) + "# mine\n", to: Self.config)
        try await root.install()
        try root.write("a set", to: "/var/lib/ronde/backups/api.db.gz")
        try root.write("mine", to: "/usr/local/share/man/man1/other.1")
        let ending = try await root.uninstall()
        #expect(
            root.names == [
                "etc/ronde/ronde.yaml", "usr/local/share/man/man1/other.1", "var/lib/ronde/backups/api.db.gz",
            ], "\(ending)")
        #expect(try await root.uninstall().output.contains("Nothing is installed"))
    }

    @Test("uninstalling what nobody has used leaves nothing at all", arguments: ["/usr/local", "/usr", "/opt/ronde"])
    func uninstallAll(prefix: String) async throws {
        let root = try Root()
        defer { root.remove() }
        try await root.install("--prefix", prefix)
        #expect(root.exists(prefix + "/bin/ronde"))
        let units = prefix == "/opt/ronde" ? "/etc/systemd/system" : prefix + "/lib/systemd/system"
        #expect(try root.text(units + "/ronde.service").contains("ExecStart=\(prefix)/bin/ronde "))
        try await root.install("--prefix=\(prefix)", "--uninstall")
        #expect(root.names == [])
    }

    @Test("an upgrade replaces the program in one step, and takes away what the new version has not")
    func upgrade() async throws {
        let root = try Root()
        defer { root.remove() }
        try await root.install()
        let old = try #require(FileHandle(forReadingAtPath: root.destination + Self.program))
        let record = "/usr/local/share/ronde/installed"
        try root.write("a page", to: "/usr/local/share/man/man1/ronde-gone.1")
        try root.write(
            try root.text(record) + "f /usr/local/share/man/man1/ronde-gone.1\nf /etc/../outside\n", to: record)
        let newer = root.folder + "/newer"
        try root.script(at: newer, "# newer")
        try await root.install(binary: newer)
        #expect(try root.text(Self.program).contains("# newer"))
        #expect(!root.exists("/usr/local/share/man/man1/ronde-gone.1"))
        let text = String(decoding: try old.readToEnd() ?? Data(), as: UTF8.self)
        #expect(text.hasPrefix("#!") && !text.contains("# newer"), "whoever runs the old one goes on running it")
    }

    @Test("a dry run says what it would do, and does nothing")
    func dryRun() async throws {
        let root = try Root()
        defer { root.remove() }
        let first = try await root.install("--dry-run")
        #expect(first.output.contains("would install   /usr/local/bin/ronde\n"), "\(first)")
        #expect(!FileManager.default.fileExists(atPath: root.destination))
        try await root.install()
        let before = root.stamps
        let second = try await root.install("--dry-run", "--uninstall")
        #expect(second.output.contains("would remove    /usr/local/bin/ronde\n"), "\(second)")
        #expect(root.stamps == before)
    }

    @Test(
        "what cannot be right is refused before anything is touched",
        arguments: [
            (["--prefix", "relative"], nil, 64), (["--prefix", "/usr/../etc"], nil, 64),
            (["--prefix", "/a b"], nil, 64), (["--prefix"], nil, 64), (["--perfix", "/usr"], nil, 64),
            ([], "/nowhere/ronde", 66), ([], "/bin/false", 65), ([], "/bin/echo", 65), ([], "/etc/passwd", 65),
        ] as [([String], String?, Int32)])
    func refused(_ arguments: [String], _ binary: String?, _ status: Int32) async throws {
        let root = try Root()
        defer { root.remove() }
        let ending = try await root.start(arguments, binary: binary).wait()
        #expect(ending.status == status, "\(ending)")
        #expect(ending.errors.hasPrefix("Scripts/install: "), "\(ending)")
        #expect(!FileManager.default.fileExists(atPath: root.destination))
    }

    @Test("an installation that is killed can be repeated, and taken away whole")
    func killed() async throws {
        let root = try Root()
        defer { root.remove() }
        for round in 0..<Rounds.kills {
            let program = try root.start([])
            // Killed once so many names are there, wherever that is in its work.
            let enough = round * 7
            try await until("\(enough) files, or the end") {
                root.names.count >= enough || kill(program.pid, 0) != 0 || hasEnded(program.pid)
            }
            kill(-program.pid, SIGKILL)
            _ = try await program.wait()
            if root.exists(Self.program) {
                let version = try await Program(root.destination + Self.program, ["--version"], in: root.folder).wait()
                #expect(version.status == 0, "a program that is there is whole: \(version)")
            }
        }
        try await root.install()
        #expect(root.names.allSatisfy { !$0.contains(".ronde-install.") })
        _ = try await root.uninstall()
        // Killed before there was a record, it may leave empty folders that are nobody's.
        #expect(root.files == [])
    }

    /// Whether a child is a zombie, which still answers signals.
    private func hasEnded(_ pid: pid_t) -> Bool {
        let status = FileManager.default.contents(atPath: "/proc/\(pid)/stat") ?? Data()
        return String(decoding: status, as: UTF8.self).contains(") Z ")
    }

    private static let analyzer = "/usr/bin/systemd-analyze"

    @Test(
        "systemd finds nothing wrong with the unit",
        .enabled(if: FileManager.default.isExecutableFile(atPath: analyzer), "there is no systemd-analyze"))
    func unit() async throws {
        let root = try Root()
        defer { root.remove() }
        try await root.install()
        // It wants to see the program where the unit says.
        let unit = try root.text(Self.unit)
            .replacingOccurrences(of: "/usr/local/bin/ronde", with: Program.built("ronde"))
        try unit.write(toFile: root.folder + "/ronde.service", atomically: true, encoding: .utf8)
        let ending = try await Program(
            Self.analyzer, ["verify", "--man=no", "\(root.folder)/ronde.service"], in: root.folder
        ).wait()
        // A machine may have other units with faults of their own.
        #expect(!ending.errors.contains("ronde.service"), "\(ending)")
    }
}
