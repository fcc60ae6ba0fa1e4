import DurableFiles
package import SystemPackage

/// A file beside the run store that keeps room for the record of a run, given back when the disk is full.
///
/// A full disk is when a report matters most; without the reserve it could not be written.
package struct DiskReserve: Sendable {
    /// The size of the reserve, in bytes.
    package static let bytes = 2 << 20
    private let path: FilePath

    /// - Parameter folder: the state folder.
    package init(in folder: FilePath) { path = folder.appending("reserve") }

    /// Makes the reserve where it is missing.
    ///
    /// A disk that has no room for it now is no error: the record itself may still fit.
    package func refill() {
        // A reserve that cannot be looked at is made anew, or not; either way the record is tried first.
        if let facts = try? FileFacts.of(path, followingLinks: false), facts.size == Self.bytes { return }
        // Written out, not only made long: a file of holes reserves nothing. No room, no reserve.
        try? DurableFile.write([UInt8](repeating: 0x2E, count: Self.bytes), to: path, permissions: .ownerReadWrite)
    }

    /// Gives the room back; false where there was none to give.
    package func release() -> Bool {
        do {
            try DurableFile.remove(path)
            return true
        } catch {
            return false
        }
    }
}
