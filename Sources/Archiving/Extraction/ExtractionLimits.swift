/// How much an archive may unpack to; what goes beyond is refused as a whole.
package struct ExtractionLimits: Hashable, Sendable {
    /// The most bytes of content; less where the file system has less room.
    package var bytes = 64 << 30
    /// How many times the archive's own size the content may be, once it has more than ``unquestionedBytes``.
    ///
    /// No limit if nothing. Text shrinks to a tenth or a twentieth, and only repetition to less than a two-hundredth.
    package var ratio: Int? = 250
    /// Content of up to this many bytes may have any ratio.
    package var unquestionedBytes = 64 << 20
    /// The most files, folders and links.
    package var entries = 200_000
    /// How many folders deep a path may be.
    package var depth = 256
    /// The longest path in bytes.
    package var pathLength = 4000
    /// How many bytes of the file system's room are left alone.
    package var reservedBytes = 64 << 20

    /// The limits that suit archives of files for people to look at.
    package init() {}
}

/// What was extracted.
package struct ExtractionReport: Hashable, Sendable {
    /// What the archive was: `tar`, `zip` or `file` for a single one, and after a plus sign how it was compressed.
    package internal(set) var format: String
    package internal(set) var files = 0
    package internal(set) var folders = 0
    /// Symbolic and hard links.
    package internal(set) var links = 0
    /// The bytes of all files.
    package internal(set) var bytes = 0
}

/// The bytes that may still come out of an archive.
struct ExtractionBudget {
    private(set) var used = 0
    private let limit: Int
    private let ratioLimit: Int
    private let limits: ExtractionLimits

    init(_ limits: ExtractionLimits, storedBytes: Int, room: Int) {
        self.limits = limits
        limit = min(limits.bytes, max(0, room - limits.reservedBytes))
        let (product, overflow) = storedBytes.multipliedReportingOverflow(by: limits.ratio ?? 0)
        ratioLimit = limits.ratio == nil || overflow ? .max : max(product, limits.unquestionedBytes)
    }

    /// Takes bytes that are about to be unpacked.
    mutating func take(_ count: Int) throws(EntryFault) {
        let (sum, overflow) = used.addingReportingOverflow(count)
        guard !overflow, sum <= limit else {
            throw .overLimit(
                limit < limits.bytes
                    ? "needs more than the \(limit) bytes that the file system has to spare; free space"
                    : "unpacks to more than the \(limit) bytes that are allowed")
        }
        guard sum <= ratioLimit else {
            throw .overLimit("unpacks to more than \(limits.ratio ?? 0) times its size, as only an archive bomb does")
        }
        used = sum
    }
}
