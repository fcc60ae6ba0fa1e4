import Beginning
import DurableFiles
import Foundation
import Glibc
import SQLiteFile
import SystemPackage
import Testing

/// Files that appear whole, and nothing overwritten.
struct PlacementTests {
    private static let answers = Answers(service: "api", url: "http://127.0.0.1:5000", database: "/srv/api.db")
    private static let all = ["ronde.yaml", "schedules/daily.yaml", "schedules/monthly.yaml", "schedules/weekly.yaml"]

    private func files(_ scratch: Scratch) -> StarterFiles {
        StarterFiles(Self.answers, at: InstancePlaces(folder: scratch.path))
    }

    @Test("the files are written, ronde.yaml last, and readable by everybody whatever the umask is")
    func written() throws {
        let scratch = try Scratch()
        let placed = try Placement(in: scratch.path).place(files(scratch))
        #expect(placed.map(\.state) == [.written, .written, .written, .written])
        #expect(placed.last?.path == scratch.path.appending("ronde.yaml"))
        #expect(try scratch.names == Self.all)
        for file in placed {
            #expect(try FileFacts.of(file.path, followingLinks: false)?.permissions.rawValue == 0o644)
        }
    }

    @Test("the same files again are no obstacle, as after an attempt that was cut short")
    func again() throws {
        let scratch = try Scratch()
        let placement = Placement(in: scratch.path)
        _ = try placement.place(files(scratch))
        try FileManager.default.removeItem(atPath: scratch.path.appending("ronde.yaml").string)
        #expect(try placement.obstacles(for: files(scratch)) == [])
        #expect(try placement.place(files(scratch)).map(\.state) == [.present, .present, .present, .written])
    }

    @Test(
        "another file of the same name is an obstacle, and stays", arguments: all)
    func obstacle(_ name: String) throws {
        let scratch = try Scratch()
        try scratch.write("mine: true\n", to: name)
        let placement = Placement(in: scratch.path, template: Array("mine: false\n".utf8))
        #expect(try placement.obstacles(for: files(scratch)) == [scratch.path.appending(FilePath(name).components)])
        #expect(throws: FileError.self) { try placement.place(files(scratch)) }
        #expect(try scratch.text(name) == "mine: true\n")
        #expect(try scratch.names == [name], "what was written before it is taken away again")
    }

    @Test(
        "links, folders and pipes of the same name are obstacles too", arguments: ["link", "folder", "pipe", "circle"])
    func others(_ kind: String) throws {
        let scratch = try Scratch()
        let path = scratch.path.appending("ronde.yaml").string
        switch kind {
        case "link": symlink("/nowhere/at/all", path)
        case "circle": symlink("ronde.yaml", path)
        case "folder": mkdir(path, 0o755)
        default: mkfifo(path, 0o644)
        }
        #expect(try Placement(in: scratch.path).obstacles(for: files(scratch)) == [FilePath(path)])
    }

    @Test("only the configuration that was installed, unchanged, gives way")
    func template() throws {
        let scratch = try Scratch()
        let installed = "services: {}\n"
        try scratch.write(installed, to: "ronde.yaml")
        let placement = Placement(in: scratch.path, template: Array(installed.utf8))
        #expect(try placement.obstacles(for: files(scratch)) == [])
        #expect(try placement.place(files(scratch)).last?.state == .replaced)
        #expect(try scratch.text("ronde.yaml").contains("api:"))
        #expect(try placement.obstacles(for: files(scratch)) == [])

        try scratch.write(installed + "# mine\n", to: "ronde.yaml")
        #expect(try placement.obstacles(for: files(scratch)).count == 1)
        // A checklist with the bytes of the template is still somebody's.
        try scratch.write(installed, to: "schedules/daily.yaml")
        #expect(try placement.obstacles(for: files(scratch)).count == 2)
    }

    @Test("a folder that is a file is an error that says so, and nothing is written")
    func folderIsFile() throws {
        let scratch = try Scratch()
        try scratch.write("x", to: "schedules")
        let placement = Placement(in: scratch.path)
        #expect(throws: FileError.self) { try placement.place(files(scratch)) }
        #expect(try scratch.names == ["schedules"])
    }

    @Test("a database is opened and its tables are counted")
    func database() throws {
        let scratch = try Scratch()
        let file = try scratch.database(
            "it's a \"test\" ü.db",
            "PRAGMA journal_mode=WAL; CREATE TABLE a(x); CREATE TABLE b(y INTEGER PRIMARY KEY AUTOINCREMENT);"
                + "CREATE VIEW v AS SELECT 1; CREATE INDEX i ON a(x)")
        let look = try DatabaseLook(at: file)
        #expect(look.tables == 2 && look.hasWAL && look.bytes > 0)
        #expect(try scratch.names == ["it's a \"test\" ü.db"], "looking leaves nothing behind")
    }

    @Test("what is no database is refused", arguments: ["missing", "text", "folder", "empty"])
    func noDatabase(_ kind: String) throws {
        let scratch = try Scratch()
        switch kind {
        case "text": try scratch.write(String(repeating: "no database\n", count: 1000), to: "file")
        case "empty": try scratch.write("", to: "file")
        case "folder": mkdir(scratch.path.appending("file").string, 0o755)
        default: break
        }
        #expect(throws: SQLiteFileError.self) { try DatabaseLook(at: scratch.path.appending("file")) }
    }

    @Test(
        "what systemd must let Ronde write is named as a unit wants it",
        arguments: [
            ("/srv/api/api.db", nil, "ReadWritePaths=-/srv/api"),
            ("/srv/api/api.db", "/srv/backups", "ReadWritePaths=-/srv/api -/srv/backups"),
            ("/srv/api/api.db", "/srv/api", "ReadWritePaths=-/srv/api"),
            ("/srv/a b%c/api.db", "/srv/it's \"x\"\\", #"ReadWritePaths="-/srv/a b%%c" "-/srv/it's \"x\"\\""#),
            ("/var/lib/ronde/api/api.db", nil, nil),
        ] as [(String, String?, String?)])
    func access(_ database: String, _ backups: String?, _ line: String?) {
        let answers = Answers(
            service: "api", database: FilePath(database), backups: backups.map { FilePath($0) })
        #expect(WriteAccess(of: answers, at: InstancePlaces(folder: "/etc/ronde")).unitLine == line)
    }
}
