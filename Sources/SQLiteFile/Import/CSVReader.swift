import Glibc
import SystemPackage

/// Reads comma-separated values strictly (RFC 4180), one record after another.
///
/// Lines end in CRLF or LF; a byte order mark is passed over. A quote stands at the start of a field or doubled within
/// quotes; anything else that other programs guess about is an error with its line.
final class CSVReader {
    struct Field {
        let start: Int
        let count: Int
        let isQuoted: Bool
    }

    private static let chunk = 1 << 17
    private let path: FilePath
    private let longest: Int
    private let source: ByteSource
    private let input = UnsafeMutablePointer<UInt8>.allocate(capacity: CSVReader.chunk)
    private var position = 0
    private var end = 0
    private var isAtEnd = false
    /// The bytes of the record's fields, one behind another, without quotes.
    private var content: UnsafeMutablePointer<UInt8>
    private var contentCount = 0
    private var contentCapacity = CSVReader.chunk
    private(set) var fields: [Field] = []
    /// Where the next record begins, and where the last one began.
    private var line = 1
    private(set) var recordLine = 1

    init(_ path: FilePath, longest: Int, source: @escaping ByteSource) {
        self.path = path
        self.longest = longest
        self.source = source
        content = .allocate(capacity: contentCapacity)
    }

    deinit {
        input.deallocate()
        content.deallocate()
    }

    /// The bytes of a field of the current record.
    func bytes(_ field: Field) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: content + field.start, count: field.count)
    }

    func text(_ field: Field) -> String { String(decoding: bytes(field), as: UTF8.self) }

    /// Reads the next record; false when there is none.
    func next() throws -> Bool {
        fields.removeAll(keepingCapacity: true)
        contentCount = 0
        recordLine = line
        if recordLine == 1, position == 0, end == 0 { try checkBeginning() }
        guard try peek() != nil else { return false }
        while true {
            let isLast = try readField()
            if isLast { return true }
        }
    }

    func error(_ message: String) -> ImportError {
        ImportError(.malformed, at: path, line: recordLine, message)
    }

    private func checkBeginning() throws {
        // A source may hand out single bytes.
        while end < 64, !isAtEnd { try fill() }
        let bytes = UnsafeBufferPointer(start: input, count: end)
        if let message = ForeignText.message(forBeginning: bytes) { throw ImportError(.foreign, at: path, message) }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// - Returns: whether it is the record's last one.
    private func readField() throws -> Bool {
        let start = contentCount
        if try peek() == UInt8(ascii: "\"") {
            position += 1
            try readQuoted()
            try add(from: start, isQuoted: true)
            guard let byte = try peek() else { return true }
            guard try isEndOfField(byte) else {
                throw fault("a quote is closed in the middle of a field; a quote in quotes is doubled")
            }
        } else {
            try readPlain()
            try add(from: start, isQuoted: false)
        }
        return try readEnd()
    }

    private func readQuoted() throws {
        while try peek() != nil {
            let rest = input + position
            let found = memchr(rest, 0x22, end - position)
            let count = found.map { UnsafeRawPointer($0) - UnsafeRawPointer(rest) } ?? (end - position)
            try append(rest, count)
            position += count
            guard found != nil else { continue }
            position += 1
            guard try peek() == UInt8(ascii: "\"") else { return }
            try append(input + position, 1)
            position += 1
        }
        throw ImportError(
            .incomplete, at: path, line: recordLine, "a quote is never closed, so the file is cut short or damaged")
    }

    private func readPlain() throws {
        while try peek() != nil {
            var stop = position
            while stop < end {
                switch input[stop] {
                case UInt8(ascii: ","), 0x0A, 0x0D:
                    try append(input + position, stop - position)
                    position = stop
                    return
                case UInt8(ascii: "\""):
                    throw fault("a quote is inside a field without quotes; put the field in quotes and double it")
                default: stop += 1
                }
            }
            try append(input + position, stop - position)
            position = stop
        }
    }

    private func isEndOfField(_ byte: UInt8) throws -> Bool { [UInt8(ascii: ","), 0x0A, 0x0D].contains(byte) }

    /// - Returns: whether the record ends here.
    private func readEnd() throws -> Bool {
        guard let byte = try peek() else { return true }
        position += 1
        if byte == UInt8(ascii: ",") { return false }
        if byte == 0x0D {
            guard try peek() == 0x0A else {
                throw fault("a carriage return stands alone; lines end in CRLF or LF")
            }
            position += 1
        }
        line += 1
        return true
    }

    private func add(from start: Int, isQuoted: Bool) throws {
        let field = Field(start: start, count: contentCount - start, isQuoted: isQuoted)
        let bytes = bytes(field)
        if memchr(content + start, 0, field.count) != nil {
            throw fault("a NUL byte is in a field; the file is damaged")
        }
        guard bytes.allSatisfy({ $0 < 0x80 }) || String(validating: bytes, as: UTF8.self) != nil else {
            throw fault("a field is not UTF-8; convert the file first, as with: iconv -f LATIN1 -t UTF-8")
        }
        guard fields.count < 32_767 else { throw fault("a record has more than 32767 fields") }
        fields.append(field)
    }

    private func append(_ bytes: UnsafePointer<UInt8>, _ count: Int) throws {
        guard contentCount + count <= longest else {
            throw ImportError(
                .overLimit, at: path, line: recordLine,
                "a record is longer than the \(longest) bytes that are allowed, or a quote is never closed")
        }
        if contentCount + count > contentCapacity {
            while contentCount + count > contentCapacity { contentCapacity *= 2 }
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: contentCapacity)
            memcpy(larger, content, contentCount)
            content.deallocate()
            content = larger
        }
        memcpy(content + contentCount, bytes, count)
        contentCount += count
        var (place, left) = (bytes, count)
        while left > 0, let found = memchr(place, 0x0A, left) {
            line += 1
            let length = UnsafeRawPointer(found) - UnsafeRawPointer(place) + 1
            place += length
            left -= length
        }
    }

    private func peek() throws -> UInt8? {
        if position == end {
            guard !isAtEnd else { return nil }
            (position, end) = (0, 0)
            try fill()
            if isAtEnd { return nil }
        }
        return input[position]
    }

    /// Reads more, behind what is there.
    private func fill() throws {
        let count = try source(UnsafeMutableRawBufferPointer(start: input + end, count: Self.chunk - end))
        end += count
        isAtEnd = count == 0
    }

    /// An error at the place that was reached, which may be lines below the record's first.
    private func fault(_ message: String) -> ImportError {
        let field = fields.count + 1
        return ImportError(.malformed, at: path, line: line, "field \(field): \(message)")
    }
}
