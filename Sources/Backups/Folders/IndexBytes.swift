import Digests
import Foundation

/// Puts values into bytes, each so short as it can be.
struct IndexWriter {
    var bytes: [UInt8] = []

    mutating func count(_ value: Int) { unsigned(UInt64(value)) }

    /// The sign goes last, so that small negative numbers are short too.
    mutating func number(_ value: Int) { unsigned(UInt64(bitPattern: Int64(value << 1) ^ Int64(value >> 63))) }

    mutating func instant(_ date: Date) { number(Int((date.timeIntervalSince1970 * 1000).rounded())) }

    mutating func text(_ text: String) {
        count(text.utf8.count)
        bytes += text.utf8
    }

    mutating func optional<Value>(_ value: Value?, _ write: (inout IndexWriter, Value) -> Void) {
        bytes.append(value == nil ? 0 : 1)
        if let value { write(&self, value) }
    }

    mutating func list<Value>(_ values: [Value], _ write: (inout IndexWriter, Value) -> Void) {
        count(values.count)
        for value in values { write(&self, value) }
    }

    /// Seven bits a byte, the lowest first; the highest bit says that more follow.
    private mutating func unsigned(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// Takes values out of bytes; nil where there are none of that kind.
struct IndexReader {
    private let bytes: [UInt8]
    private let end: Int
    private(set) var start: Int

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        start = range.lowerBound
        end = min(range.upperBound, bytes.count)
    }

    mutating func count() -> Int? { unsigned().flatMap(Int.init(exactly:)) }

    mutating func number() -> Int? {
        guard let value = unsigned() else { return nil }
        return Int(bitPattern: UInt(value >> 1)) ^ -Int(value & 1)
    }

    mutating func instant() -> Date? { number().map { Date(timeIntervalSince1970: Double($0) / 1000) } }

    mutating func text() -> String? { textRange().map { String(decoding: bytes[$0], as: UTF8.self) } }

    /// Where a text is, for who need not have it as one.
    mutating func textRange() -> Range<Int>? {
        guard let length = count(), length <= end - start else { return nil }
        defer { start += length }
        return start..<start + length
    }

    mutating func digest() -> SHA256Digest? {
        guard SHA256Digest.byteCount <= end - start else { return nil }
        defer { start += SHA256Digest.byteCount }
        return SHA256Digest(bytes: bytes[start..<start + SHA256Digest.byteCount])
    }

    mutating func packedDigest() -> PackedDigest? {
        guard SHA256Digest.byteCount <= end - start else { return nil }
        defer { start += SHA256Digest.byteCount }
        return bytes.withUnsafeBytes { PackedDigest(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    }

    /// - Returns: a value, or that there is none; nil where neither can be read.
    mutating func optional<Value>(_ read: (inout IndexReader) -> Value?) -> Value?? {
        guard start < end else { return .none }
        start += 1
        if bytes[start - 1] == 0 { return .some(nil) }
        return read(&self).map { .some($0) } ?? .none
    }

    mutating func list<Value>(_ read: (inout IndexReader) -> Value?) -> [Value]? {
        guard let count = count(), count <= end - start else { return nil }
        var values: [Value] = []
        values.reserveCapacity(count)
        for _ in 0..<count {
            guard let value = read(&self) else { return nil }
            values.append(value)
        }
        return values
    }

    private mutating func unsigned() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while start < end, shift < 64 {
            let byte = bytes[start]
            start += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }
}
