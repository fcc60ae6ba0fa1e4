import DurableFiles

/// The last lines of a log.
struct LogTail {
    /// In order, as people may see them.
    let lines: [String]
    /// The byte at which the first of them begins.
    let offset: Int

    /// How far back lines are looked for, in bytes.
    private static let farthest = 4 << 20

    /// Reads the last lines; one that has no line feed yet is among them.
    ///
    /// - Throws: `FileError` when the file cannot be read.
    init(of source: LogSource, lines wanted: Int) throws {
        var reach = 1 << 16
        while true {
            let start = max(source.size - reach, 0)
            let bytes = try source.bytes(start..<source.size)
            let begins = Self.begins(in: bytes, wanted, atStart: start == 0)
            guard begins.count <= wanted, start > 0, reach < Self.farthest else {
                let chosen = begins.suffix(wanted)
                offset = chosen.first.map { start + $0 } ?? source.size
                lines = bytes.withUnsafeBytes { Self.lines(in: $0, chosen) }
                return
            }
            reach *= 4
        }
    }

    /// Where lines begin, from the last ones back to one more than wanted.
    private static func begins(in bytes: [UInt8], _ wanted: Int, atStart: Bool) -> [Int] {
        var begins: [Int] = []
        var index = bytes.count - 1
        while index > 0, begins.count <= wanted {
            if bytes[index - 1] == 0x0A { begins.append(index) }
            index -= 1
        }
        if atStart, begins.count <= wanted, !bytes.isEmpty { begins.append(0) }
        return begins.reversed()
    }

    private static func lines(in bytes: UnsafeRawBufferPointer, _ begins: ArraySlice<Int>) -> [String] {
        let ends = begins.dropFirst() + [bytes.count]
        return zip(begins, ends).map { begin, end in
            var line = bytes[begin..<end]
            if line.last == 0x0A { line.removeLast() }
            if line.last == 0x0D { line.removeLast() }
            return ShownLine.text(UnsafeRawBufferPointer(rebasing: line))
        }
    }
}
