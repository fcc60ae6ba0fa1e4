import DurableFiles
import Glibc
import SystemPackage

/// The private copy of the damaged file as bytes.
final class RawFile {
    private let file: Owned
    let size: Int

    /// Keeps a noncopyable file in a class.
    private struct Owned: ~Copyable { let file: OpenFile }

    init(_ path: FilePath) throws {
        let opened = try OpenFile.reading(path)
        size = try opened.facts().size
        file = Owned(file: opened)
    }

    func isSame(as other: RawFile) throws -> Bool {
        guard size == other.size else { return false }
        for position in stride(from: 0, to: size, by: 1 << 18) {
            let count = min(1 << 18, size - position)
            guard try bytes(at: position, count: count) == other.bytes(at: position, count: count) else { return false }
        }
        return true
    }

    /// The bytes of a part of the file; zeros stand for what is behind its end.
    func bytes(at position: Int, count: Int) throws -> [UInt8] {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            buffer.initialize(repeating: 0)
            filled = count
            var done = 0
            while done < count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[done...])
                do throws(FileError) {
                    let read = try file.file.read(into: rest, at: position + done)
                    if read == 0 { return }
                    done += read
                } catch {
                    failure = error
                    return
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
