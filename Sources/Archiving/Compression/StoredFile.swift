internal import DurableFiles
internal import SystemPackage

/// An open file that several readers read, each at a position of its own.
final class StoredFile {
    let path: FilePath
    private let file: OpenFile

    init(_ path: FilePath) throws(ArchiveError) {
        self.path = path
        do throws(FileError) { file = try OpenFile.reading(path) } catch { throw .failed("decompress", error) }
    }

    /// Reads the bytes at a position, as many as there are and fit.
    func read(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(ArchiveError) -> Int {
        do throws(FileError) {
            return try file.read(into: buffer, at: position)
        } catch {
            throw .failed("decompress", error)
        }
    }
}
