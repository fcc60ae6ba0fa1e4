import Archiving
import SQLiteFile
package import SystemPackage

/// SQL text as a source, such as `sqlite3 test.db .dump` writes it.
package enum SQLText {
    /// Builds a new database from a file of SQL text, plain or compressed.
    ///
    /// - Throws: `ImportError`, `ArchiveError`, `FileError`; nothing is left of the new database then.
    @concurrent
    package static func importing(_ text: FilePath, into new: FilePath) async throws {
        var reader = try CompressedFileReader.open(text, limit: Int.max)
        _ = try SQLImport.run(into: new, named: text) { try reader.read(into: $0) }
    }
}
