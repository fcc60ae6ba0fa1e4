import DurableFiles
import Foundation
import SystemPackage

/// A folder of one test, removed at its end.
final class TestFolder: Sendable {
    let path = FilePath(NSTemporaryDirectory()).appending("ronde-observability-\(UUID().uuidString)")

    init() throws { try Folder.create(path) }

    deinit {
        // What a failing test leaves behind is in the temporary folder.
        try? Folder.removeTree(path)
    }

    func appending(_ name: String) -> FilePath { path.appending(name) }
}

let noon = Date(timeIntervalSince1970: 1_800_000_000)
