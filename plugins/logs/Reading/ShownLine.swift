/// A line of a log as people may see it: nothing in it reaches a terminal as a command.
enum ShownLine {
    /// In bytes of the line.
    static let longest = 500

    /// - Parameters:
    ///   - line: its bytes without the line feed.
    ///   - dropped: how many bytes it had beyond these.
    /// - Returns: its beginning; control characters and bytes that are no UTF-8 as `\x1B`.
    static func text(_ line: UnsafeRawBufferPointer, dropped: Int = 0) -> String {
        var shown = ""
        var rest = line.prefix(longest)[...]
        // The last character may be cut in the middle: it is left out.
        if line.count > longest {
            while let last = rest.last, last & 0xC0 == 0x80 { rest.removeLast() }
            if let last = rest.last, last >= 0xC0 { rest.removeLast() }
        }
        var decoder = Unicode.UTF8.ForwardParser()
        var iterator = rest.makeIterator()
        var position = rest.startIndex
        while true {
            switch decoder.parseScalar(from: &iterator) {
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                append(scalar, to: &shown)
                position += encoded.count
            case .error(let length):
                for byte in rest[position..<min(position + length, rest.endIndex)] { shown += hexadecimal(byte) }
                position += length
            case .emptyInput:
                let left = line.count - rest.count + dropped
                return left > 0 ? shown + "… (\(left) more bytes)" : shown
            }
        }
    }

    private static func append(_ scalar: Unicode.Scalar, to text: inout String) {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            if scalar == "\t" {
                text += "  "
            } else if scalar.isASCII {
                text += hexadecimal(UInt8(scalar.value))
            } else {
                text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            }
        default: text.unicodeScalars.append(scalar)
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "\\x" + (digits.utf8.count < 2 ? "0" : "") + digits
    }
}
