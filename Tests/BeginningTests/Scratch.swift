import Beginning
import Foundation
import GRDBSQLite
import SystemPackage

/// A folder of its own for one test, gone with it.
final class Scratch {
    let path = FilePath(FileManager.default.temporaryDirectory.path).appending("beginning-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true) }

    // The test is over; nobody could do anything about what stays.
    deinit { try? FileManager.default.removeItem(atPath: path.string) }

    /// Makes a database with these statements.
    func database(_ name: String = "api.db", _ sql: String) throws -> FilePath {
        let file = path.appending(FilePath(name).components)
        var handle: OpaquePointer?
        defer { sqlite3_close(handle) }
        guard sqlite3_open(file.string, &handle) == SQLITE_OK, sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK
        else { throw SetupFailure(what: String(cString: sqlite3_errmsg(handle))) }
        return file
    }

    func write(_ text: String, to name: String) throws {
        let file = path.appending(FilePath(name).components)
        try FileManager.default.createDirectory(
            atPath: file.removingLastComponent().string, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file.string))
    }

    func text(_ name: String) throws -> String {
        try String(contentsOfFile: path.appending(FilePath(name).components).string, encoding: .utf8)
    }

    /// All files below the folder.
    var names: [String] {
        get throws {
            try FileManager.default.subpathsOfDirectory(atPath: path.string).filter { name in
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder)
                    && !isFolder.boolValue
            }.sorted()
        }
    }
}

struct SetupFailure: Error { let what: String }

/// The plugins that come with Ronde, from their own manifests.
enum Plugins {
    static let manifests: [String: [UInt8]] = {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = repository.resolvingSymlinksInPath().appending(path: "plugins")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let found = names.compactMap { name in
            FileManager.default.contents(atPath: folder.appending(path: "\(name)/plugin.yaml").path)
                .map { (name, Array($0)) }
        }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }()

    static var trial: Trial { Trial(compiledIn: manifests) }
}
