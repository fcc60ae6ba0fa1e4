import Foundation
import SystemPackage

/// A folder of one test, gone with it.
final class ScratchFolder: Sendable {
    let path: FilePath

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "api-service-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        path = FilePath(url.path)
    }

    deinit {
        // What cannot be removed is the next look at the temporary folder's problem, not this test's.
        try? FileManager.default.removeItem(atPath: path.string)
    }

    func file(_ name: String) -> FilePath { path.appending(name) }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path.string).sorted() }

    func text(_ name: String) throws -> String { try String(contentsOfFile: file(name).string, encoding: .utf8) }
}
