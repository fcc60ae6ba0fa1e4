import YAMLDocument

/// A line of an iCalendar file as it was before it was folded (RFC 5545, section 3.1).
struct UnfoldedLine {
    /// Where a line of the file begins in ``bytes``.
    private struct Segment {
        let offset: Int
        let line: Int
        /// The column of its first byte: 2 behind the blank that marks a folded line.
        let column: Int
    }

    let file: String
    private(set) var bytes: [UInt8] = []
    private var segments: [Segment] = []

    var isEmpty: Bool { bytes.isEmpty }

    /// Splits a file at its line ends, be they CRLF or LF, and calls `body` with each unfolded line until it says no.
    static func forEach(in bytes: [UInt8], of file: String, _ body: (UnfoldedLine) -> Bool) {
        var current = UnfoldedLine(file: file)
        var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var number = 1
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            var line = bytes[start..<end]
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            if number > 1, line.first == UInt8(ascii: " ") || line.first == UInt8(ascii: "\t") {
                current.append(line.dropFirst(), line: number, column: 2)
            } else {
                if !current.isEmpty, !body(current) { return }
                current = UnfoldedLine(file: file)
                current.append(line, line: number, column: 1)
            }
            start = end + 1
            number += 1
        }
        if !current.isEmpty { _ = body(current) }
    }

    private mutating func append(_ part: ArraySlice<UInt8>, line: Int, column: Int) {
        segments.append(Segment(offset: bytes.count, line: line, column: column))
        bytes += part
    }

    /// The name of the property, in capitals; nil where the line begins with none.
    var name: String? {
        guard let end = bytes.firstIndex(where: { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ";") }) else {
            return nil
        }
        let name = bytes[..<end]
        let isName = name.allSatisfy { byte in
            (0x41...0x5A).contains(byte & 0xDF) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
        }
        return isName && !name.isEmpty ? String(decoding: name, as: UTF8.self).uppercased() : nil
    }

    /// The place in the file of a byte of the unfolded line.
    func position(_ offset: Int = 0) -> SourcePosition {
        guard let segment = segments.last(where: { $0.offset <= offset }) else { return SourcePosition(file: file) }
        // Scalars, as everywhere: bytes that continue one do not count.
        let before = bytes[segment.offset..<min(max(offset, segment.offset), bytes.count)]
        let columns = before.count { $0 & 0xC0 != 0x80 }
        return SourcePosition(file: file, line: segment.line, column: segment.column + columns)
    }
}

/// A property of a component: its name, its parameters and its value.
struct ContentLine {
    /// In capitals.
    let name: String
    let value: Substring
    private let parameters: [String: String]
    private let line: UnfoldedLine

    /// - Throws: a mistake where the line is not UTF-8, or its parameters do not end.
    init(_ line: UnfoldedLine, name: String) throws(YAMLMistake) {
        guard let text = String(validating: line.bytes, as: UTF8.self) else {
            throw YAMLMistake(at: line.position(), "'\(name)' is not UTF-8 text; save the calendar in UTF-8")
        }
        var rest = text.dropFirst(name.count)
        var parameters: [String: String] = [:]
        while rest.first == ";" {
            guard let parameter = Self.parameter(&rest) else {
                let offset = text.utf8.distance(from: text.startIndex, to: rest.startIndex)
                throw YAMLMistake(at: line.position(offset), "here a parameter such as ';VALUE=DATE' is broken")
            }
            parameters[parameter.name] = parameter.value
        }
        guard rest.first == ":" else {
            throw YAMLMistake(at: line.position(), "'\(name)' has no value: a ':' is missing")
        }
        self.name = name
        self.line = line
        self.parameters = parameters
        value = rest.dropFirst()
    }

    /// A parameter's value without its quotes; nil where the line does not have it.
    func parameter(_ name: String) -> String? { parameters[name] }

    /// A mistake in the value, or in a part of it.
    func mistake(_ message: String, at part: Substring? = nil, suggestion: String? = nil) -> YAMLMistake {
        let place = part ?? value
        let offset = value.base.utf8.distance(from: value.base.startIndex, to: place.startIndex)
        return YAMLMistake(at: line.position(offset), message, suggestion: suggestion)
    }

    /// Takes `;NAME=value` or `;NAME="value"` off the front; nil where there is none.
    private static func parameter(_ rest: inout Substring) -> (name: String, value: String)? {
        let body = rest.dropFirst()
        guard let equals = body.firstIndex(where: { "=:;".contains($0) }), body[equals] == "=" else { return nil }
        let value = body[body.index(after: equals)...]
        var isQuoted = false
        let end = value.firstIndex { character in
            if character == "\"" { isQuoted.toggle() }
            return !isQuoted && (character == ";" || character == ":")
        }
        guard let end else { return nil }
        rest = value[end...]
        return (body[..<equals].uppercased(), value[..<end].filter { $0 != "\"" })
    }
}
