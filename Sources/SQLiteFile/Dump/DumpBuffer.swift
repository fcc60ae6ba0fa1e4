import GRDBSQLite
import Glibc

/// Gathers exported text and hands it on in large pieces.
///
/// Plain pointers, so that debug builds are quick too.
struct DumpBuffer: ~Copyable {
    private static let capacity = 1 << 18
    private let buffer = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    private let hexDigits = UnsafeMutablePointer<UInt8>.allocate(capacity: 16)
    private var used = 0
    private let encoding: TextEncoding
    private let sink: (UnsafeRawBufferPointer) throws -> Void

    init(encoding: TextEncoding, sink: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.encoding = encoding
        self.sink = sink
        for (position, digit) in "0123456789ABCDEF".utf8.enumerated() { hexDigits[position] = digit }
    }

    deinit {
        buffer.deallocate()
        hexDigits.deallocate()
    }

    mutating func append(_ text: String) throws {
        var text = text
        try text.withUTF8 { if let start = $0.baseAddress { try append(bytes: start, count: $0.count) } }
    }

    mutating func flush() throws {
        if used > 0 { try sink(UnsafeRawBufferPointer(start: buffer, count: used)) }
        used = 0
    }

    mutating func append(bytes: UnsafeRawPointer, count: Int) throws {
        if used + count > Self.capacity {
            try flush()
            guard count <= Self.capacity else {
                return try sink(UnsafeRawBufferPointer(start: bytes, count: count))
            }
        }
        memcpy(buffer + used, bytes, count)
        used += count
    }

    /// Writes a text value as it can be told exactly.
    func text(of statement: OpaquePointer, column: Int32) -> StoredText {
        StoredText(of: statement, column: column, encoding: encoding)
    }

    /// Writes bytes between two quotes, with each quote in them doubled.
    mutating func appendQuoted(_ start: UnsafeRawPointer, count: Int, quote: UInt8) throws {
        try append(byte: quote)
        var (rest, left) = (start, count)
        while let found = memchr(rest, Int32(quote), left) {
            let length = UnsafeRawPointer(found) - rest + 1
            try append(bytes: rest, count: length)
            try append(byte: quote)
            rest += length
            left -= length
        }
        try append(bytes: rest, count: left)
        try append(byte: quote)
    }

    /// Writes bytes as hexadecimal digits between apostrophes, as in `X'00FF'`.
    mutating func appendHex(_ start: UnsafeRawPointer?, count: Int, mark: String) throws {
        try append(mark + "'")
        if let bytes = start?.assumingMemoryBound(to: UInt8.self) {
            var position = 0
            while position < count {
                if used + 2 > Self.capacity { try flush() }
                let target = (buffer + used).assumingMemoryBound(to: UInt8.self)
                target[0] = hexDigits[Int(bytes[position] >> 4)]
                target[1] = hexDigits[Int(bytes[position] & 15)]
                used += 2
                position += 1
            }
        }
        try append("'")
    }

    mutating func append(byte: UInt8) throws {
        if used == Self.capacity { try flush() }
        buffer.storeBytes(of: byte, toByteOffset: used, as: UInt8.self)
        used += 1
    }
}
