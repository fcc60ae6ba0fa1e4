import Foundation

/// A new folder that is gone when the test ends.
struct TemporaryFolder {
    let root: URL

    func path(_ name: String) -> String { root.appending(path: name).path }

    func write(_ text: String, to name: String) throws { try Data(text.utf8).write(to: root.appending(path: name)) }

    static func open<T>(_ body: (TemporaryFolder) async throws -> T) async throws -> T {
        let root = FileManager.default.temporaryDirectory.appending(path: "ronde-networking-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: false)
        defer {
            // Nothing to be done about a folder that cannot be removed; the test has its result already.
            try? FileManager.default.removeItem(at: root)
        }
        return try await body(TemporaryFolder(root: root))
    }
}
