import DurableFiles
import SystemPackage

/// A file that keeps room for the record of a run, given back when the disk is full.
///
/// A full disk is when a report matters most; without the reserve it could not be written.
struct DiskReserve: Sendable {
    static let bytes = 2 << 20
    let path: FilePath

    /// Makes the reserve where it is missing.
    ///
    /// A disk that has no room for it now is no error: the record itself may still fit.
    func refill() {
        guard let facts = try? FileFacts.of(path, followingLinks: false), facts.size == Self.bytes else {
            // Written out, not only made long: a file of holes reserves nothing.
            try? DurableFile.write([UInt8](repeating: 0x2E, count: Self.bytes), to: path, permissions: .ownerReadWrite)
            return
        }
    }

    /// Gives the room back; false where there was none to give.
    func release() -> Bool {
        do {
            try DurableFile.remove(path)
            return true
        } catch {
            return false
        }
    }
}
