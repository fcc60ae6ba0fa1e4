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

    /// Reads the bytes at a position until the buffer is full or the file ends, and says how many there were.
    func readAll(into buffer: UnsafeMutableRawBufferPointer, at position: Int) throws(ArchiveError) -> Int {
        var count = 0
        while count < buffer.count {
            let more = try read(into: .init(rebasing: buffer[count...]), at: position + count)
            if more == 0 { break }
            count += more
        }
        return count
    }

    /// The length of the file in bytes.
    func size() throws(ArchiveError) -> Int {
        do throws(FileError) { return try file.facts().size } catch { throw .failed("decompress", error) }
    }
}
