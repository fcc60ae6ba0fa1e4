import DurableFiles
import Foundation
import GRDBSQLite
import SQLiteFile
import SystemPackage

struct PlaceError: Error, CustomStringConvertible {
    let description: String
}

/// A folder of one test, removed with the last reference to it.
final class Place {
    let folder: FilePath

    init() throws {
        folder = FilePath(FileManager.default.temporaryDirectory.path).appending("exports-\(UUID().uuidString)")
        try Folder.create(folder)
    }

    deinit {
        // What cannot be removed stays in the system's temporary folder; the test has had its result.
        try? Folder.removeTree(folder)
    }

    func path(_ name: String) -> FilePath { folder.appending(name) }

    func names(_ name: String = "") throws -> [String] {
        try Folder.entries(of: name.isEmpty ? folder : path(name))
    }

    @discardableResult
    func write(_ text: String, _ name: String) throws -> FilePath { try write(Array(text.utf8), name) }

    @discardableResult
    func write(_ bytes: [UInt8], _ name: String) throws -> FilePath {
        try DurableFile.write(bytes, to: path(name), permissions: .ownerReadWrite)
        return path(name)
    }

    func read(_ path: FilePath) throws -> String {
        try String(decoding: DurableFile.read(path, limit: 1 << 28), as: UTF8.self)
    }

    /// Runs SQL in a plain connection, which makes the file where it is missing.
    @discardableResult
    func database(_ sql: String, _ name: String = "a.db") throws -> FilePath {
        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        guard sqlite3_open(path(name).string, &handle) == SQLITE_OK,
            sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK
        else { throw PlaceError(description: sqlite3_errmsg(handle).map { String(cString: $0) } ?? "?") }
        return path(name)
    }

    func open(_ name: String) throws -> SQLiteConnection { try SQLiteFile(path: path(name)).open() }
}

/// Runs a program of the system to its end, with the text of a file on its standard input.
@discardableResult
func program(_ name: String, _ arguments: [String], input: FilePath? = nil) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = input.flatMap { FileHandle(forReadingAtPath: $0.string) } ?? FileHandle.nullDevice
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
}

func hasProgram(_ name: String) -> Bool {
    // Not to be found is an answer, not an error.
    (try? program(name, ["--version"]).status) == 0
}

/// Everything that exports have stumbled over.
enum Nasty {
    static let sql = """
        PRAGMA user_version=12; PRAGMA application_id=99;
        CREATE TABLE "odd ""name"" 'x'"("a b", "select", [c,d], "x""y");
        INSERT INTO "odd ""name"" 'x'" VALUES (NULL, 'it''s "so"', X'', 'a,b'), (X'00ff10', '', 'two
        lines', 'a\r\n'), (1, 'with \\r in\r\nit', '<CR>\r\n', '\\r and <CR>\r\n'), ('nul' || char(0) || 'inside', char(0), CAST(X'ff80fe' AS TEXT), 'x''00''');
        CREATE TABLE "../up"(x); INSERT INTO "../up" VALUES ('t''00'''), ('007'), ('1'), (1), ('1.5'), (1.5), ('-0'), (-0.0);
        CREATE TABLE numbers(i INTEGER, r REAL, n NUMERIC, t TEXT, b);
        INSERT INTO numbers VALUES (9223372036854775807, 9e999, 1e16, '1', 0.1), (-9223372036854775808, -9e999, 0.5, '1.0', 1.0),
        (1.5, 5e-324, 'abc', X'31', '1e999'), (NULL, 1.7976931348623157e308, '', '007', -1e300);
        CREATE TABLE parent(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE COLLATE NOCASE) STRICT;
        CREATE TABLE child(id INTEGER PRIMARY KEY, parent REFERENCES parent(id), g AS (parent * 2), h AS (id) STORED);
        INSERT INTO child(id, parent) VALUES (1, 1), (2, 77);
        INSERT INTO parent VALUES (1, 'one'), (500, 'many'); DELETE FROM parent WHERE id = 500;
        CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO w VALUES ('z', 1), ('a', 2);
        CREATE TABLE one(x); INSERT INTO one VALUES (NULL), (''), (1), (NULL);
        CREATE TABLE empty(x, y DEFAULT 'a;b');
        CREATE TABLE any(a ANY, b BLOB) STRICT; INSERT INTO any VALUES ('1', X'00'), (1, NULL), (1.0, NULL);
        CREATE VIEW v AS SELECT * FROM parent -- the end
        ;
        """
    static let more = """
        CREATE TRIGGER t AFTER INSERT ON w BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM child; END;
        CREATE TRIGGER t2 AFTER INSERT ON "odd ""name"" 'x'" BEGIN INSERT INTO empty VALUES (1, 'end;'); END;
        CREATE INDEX partial ON child(parent) WHERE parent > 3; CREATE INDEX expr ON w(v + 1);
        CREATE UNIQUE INDEX only ON w(v);
        CREATE VIRTUAL TABLE notes USING fts5(body); INSERT INTO notes VALUES ('hello world');
        CREATE VIRTUAL TABLE old USING fts4(body); INSERT INTO old VALUES ('good morning');
        CREATE VIRTUAL TABLE area USING rtree(id, x0, x1); INSERT INTO area VALUES (1, 2.0, 3.0);
        """

    /// With a different encoding, and then without text that it cannot hold.
    static func make(_ place: Place, encoding: String = "UTF-8", analyzed: Bool = true) throws -> FilePath {
        let fitting =
            encoding == "UTF-8"
            ? sql
            : sql.replacingOccurrences(
                of: "CAST(X'ff80fe' AS TEXT)", with: "CAST(X'\(encoding == "UTF-16le" ? "00d8" : "d800")' AS TEXT)")
        try place.database("PRAGMA encoding='\(encoding)';" + fitting)
        return try place.database(more + (analyzed ? "ANALYZE;" : ""))
    }
}
