import Archiving
import DurableFiles
import SystemPackage

enum StoredFile {
    /// Whether a file is there with exactly the stored bytes that its record tells.
    static func isWhole(_ file: FileRecord, in folder: FilePath) throws -> Bool {
        let path = folder.appending(file.name)
        guard let facts = try FileFacts.of(path, followingLinks: false), facts.kind == .file, facts.size == file.bytes
        else { return false }
        // Plain on purpose: the stored bytes count, and they were unpacked before the record was written.
        var reader = try CompressedFileReader.open(path, as: .plain, limit: file.bytes)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        while try reader.read(into: buffer) > 0 { try Task.checkCancellation() }
        return try reader.finish().sha256 == file.sha256
    }
}
