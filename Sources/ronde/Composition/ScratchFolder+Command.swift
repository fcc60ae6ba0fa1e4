import DurableFiles
import Runner
import SystemPackage

extension ScratchFolder {
    /// Runs `body` with a folder that is there only as long as it runs.
    static func with<Result>(
        below folder: FilePath, _ body: (FilePath) async throws -> Result
    ) async throws -> Result {
        let scratch = ScratchFolder(unrecordedIn: folder)
        try Folder.create(scratch.path, permissions: .ownerReadWriteExecute)
        defer { scratch.remove() }
        return try await body(scratch.path)
    }
}
