import CYAML

/// The text of a file in UTF-8 while it is parsed, to look up places in it.
///
/// Valid only as long as its buffer.
struct SourceText {
    let file: String
    let bytes: UnsafeBufferPointer<UInt8>

    /// libyaml compares each `%TAG` line with all before it: some ten thousand of them would take minutes.
    private static let mostTagDirectives = 64

    /// NEL, LINE SEPARATOR and PARAGRAPH SEPARATOR end a line in YAML 1.1 and libyaml, in YAML 1.2 and editors not.
    private static let disputedBreaks: [(utf8: [UInt8], code: String)] = [
        ([0xC2, 0x85], "0085"), ([0xE2, 0x80, 0xA8], "2028"), ([0xE2, 0x80, 0xA9], "2029"),
    ]

    /// The place of a byte, counting lines and columns as libyaml does.
    func position(ofByte offset: Int) -> SourcePosition {
        var line = 1
        var column = 1
        var index = 0
        let end = min(offset, bytes.count)
        while index < end {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                if byte == UInt8(ascii: "\r"), index < end, bytes[index] == UInt8(ascii: "\n") { index += 1 }
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return SourcePosition(file: file, line: line, column: column)
    }

    /// Where the first tab stands among the blanks that begin a line; nil where there is none.
    func indentingTab(line wanted: Int) -> SourcePosition? {
        var line = 1
        var index = 0
        while line < wanted, index < bytes.count {
            let byte = bytes[index]
            index += 1
            if byte == UInt8(ascii: "\r"), index < bytes.count, bytes[index] == UInt8(ascii: "\n") { index += 1 }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { line += 1 }
        }
        guard line == wanted else { return nil }
        var column = 1
        while index < bytes.count, bytes[index] == UInt8(ascii: " ") {
            index += 1
            column += 1
        }
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\t") else { return nil }
        return SourcePosition(file: file, line: wanted, column: column)
    }

    /// Refuses what libyaml would read, but in another way than people or other programs, or for too long.
    func refuseWhatLibyamlMisreads() throws(YAMLMistake) {
        for (pattern, name) in Self.disputedBreaks {
            guard let offset = firstByte(of: pattern, from: 0) else { continue }
            throw YAMLMistake(
                at: position(ofByte: offset),
                "U+\(name) stands here, an invisible line break that readers of YAML disagree about; "
                    + "remove it, or write \"\\u\(name)\" in double quotes")
        }
        var directives = 0
        var next = 0
        while let offset = firstByte(of: Array("%TAG".utf8), from: next) {
            next = offset + 1
            guard offset == 0 || bytes[offset - 1] == UInt8(ascii: "\n") || bytes[offset - 1] == UInt8(ascii: "\r")
            else { continue }
            directives += 1
            if directives > Self.mostTagDirectives {
                throw YAMLMistake(at: position(ofByte: offset), "too many %TAG lines; remove them")
            }
        }
    }

    /// The offset of the first occurrence of a pattern at or after `start`.
    ///
    /// C does the search: fast in debug builds too.
    private func firstByte(of pattern: [UInt8], from start: Int) -> Int? {
        guard let base = bytes.baseAddress, start < bytes.count else { return nil }
        return shim_find(base + start, bytes.count - start, pattern, pattern.count).map { $0 - base }
    }
}
