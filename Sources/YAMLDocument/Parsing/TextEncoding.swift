/// The bytes of a file as UTF-8 without a byte order mark.
///
/// UTF-16 with a mark is rewritten, as YAML asks of a reader; UTF-32 is refused, as libyaml does not read it either.
/// Without a mark a file is UTF-8; whether it really is, libyaml finds out.
func decodedUTF8(_ bytes: [UInt8], file: String) throws(YAMLMistake) -> ArraySlice<UInt8> {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return bytes.dropFirst(3) }
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) || bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
        throw YAMLMistake(at: SourcePosition(file: file), "the file is in UTF-32; save it as UTF-8")
    }
    if bytes.starts(with: [0xFF, 0xFE]) { return try utf8(fromUTF16: bytes, highByte: 1, file: file)[...] }
    if bytes.starts(with: [0xFE, 0xFF]) { return try utf8(fromUTF16: bytes, highByte: 0, file: file)[...] }
    return bytes[...]
}

/// Rewrites UTF-16 after its two-byte mark.
///
/// `highByte` is the index of the high byte in a unit: 1 for little endian, 0 for big endian. The loop is by hand, as the
/// standard library's transcoder takes seconds in debug builds.
private func utf8(fromUTF16 bytes: [UInt8], highByte: Int, file: String) throws(YAMLMistake) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    let complete = bytes.withUnsafeBufferPointer { input in
        var index = 2
        func unit() -> UInt32? {
            guard index + 1 < input.count else { return nil }
            defer { index += 2 }
            return UInt32(input[index + highByte]) << 8 | UInt32(input[index + 1 - highByte])
        }
        while index < input.count {
            guard var scalar = unit() else { return false }
            if scalar & 0xFC00 == 0xD800 {
                guard let low = unit(), low & 0xFC00 == 0xDC00 else { return false }
                scalar = 0x10000 + (scalar & 0x3FF) << 10 + (low & 0x3FF)
            } else if scalar & 0xFC00 == 0xDC00 {
                return false
            }
            appendUTF8(scalar, to: &result)
        }
        return true
    }
    guard complete else {
        let place = result.withUnsafeBufferPointer { SourceText(file: file, bytes: $0).position(ofByte: $0.count) }
        throw YAMLMistake(at: place, "the file begins as UTF-16 but is broken off or damaged here; save it as UTF-8")
    }
    return result
}

private func appendUTF8(_ scalar: UInt32, to bytes: inout [UInt8]) {
    func continuation(_ shift: UInt32) -> UInt8 { UInt8(0x80 | (scalar >> shift) & 0x3F) }
    switch scalar {
    case ..<0x80:
        bytes.append(UInt8(scalar))
    case ..<0x800:
        bytes.append(UInt8(0xC0 | scalar >> 6))
        bytes.append(continuation(0))
    case ..<0x10000:
        bytes.append(UInt8(0xE0 | scalar >> 12))
        bytes.append(continuation(6))
        bytes.append(continuation(0))
    default:
        bytes.append(UInt8(0xF0 | scalar >> 18))
        bytes.append(continuation(12))
        bytes.append(continuation(6))
        bytes.append(continuation(0))
    }
}
