import Glibc

/// Cuts a stream of bytes into lines; a line without end is passed on in pieces.
struct LineSplitter {
    /// The longest line passed on whole, in bytes.
    static let longestLine = 1 << 20
    private var pending: [UInt8] = []

    /// Takes the next bytes and returns the lines they complete, without their line feeds.
    mutating func append(_ bytes: UnsafeRawBufferPointer) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = bytes
        // memchr, because output may be megabytes of short lines.
        while let start = rest.baseAddress, let found = memchr(start, 0x0A, rest.count) {
            let length = UnsafeRawPointer(found) - start
            lines.append(pending + UnsafeRawBufferPointer(start: start, count: length))
            if !pending.isEmpty { pending.removeAll() }
            rest = UnsafeRawBufferPointer(start: start + length + 1, count: rest.count - length - 1)
        }
        pending.append(contentsOf: rest)
        if pending.count > Self.longestLine {
            lines.append(pending)
            pending.removeAll()
        }
        return lines
    }

    /// What came after the last line feed; nil where nothing did.
    var rest: [UInt8]? { pending.isEmpty ? nil : pending }
}
