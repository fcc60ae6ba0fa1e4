import Glibc

/// Cuts the bytes of a log into lines; of a line that is too long the beginning is handed on, once it has ended.
struct LineCutter {
    /// In bytes.
    static let longest = 64 << 10

    /// Takes a line without its line feed (nor a carriage return before it), and how many of its bytes are missing.
    typealias Receiver = (UnsafeRawBufferPointer, _ dropped: Int) -> Void

    private var pending: [UInt8] = []
    private var dropped = 0
    /// Whether the first line is to be passed over, because its beginning was not read.
    private var isInside: Bool
    /// How many bytes of what was taken belong to lines that have ended.
    private(set) var finishedBytes = 0
    private var takenBytes = 0

    init(startsInsideLine: Bool = false) { isInside = startsInsideLine }

    /// Takes the next bytes and hands on the lines that they end.
    mutating func take(_ bytes: UnsafeRawBufferPointer, _ receive: Receiver) {
        var rest = bytes
        while let start = rest.baseAddress, let feed = memchr(start, 0x0A, rest.count) {
            let length = UnsafeRawPointer(feed) - start
            end(with: UnsafeRawBufferPointer(rebasing: rest[..<length]), receive)
            rest = UnsafeRawBufferPointer(rebasing: rest[(length + 1)...])
            finishedBytes = takenBytes + bytes.count - rest.count
        }
        keep(rest)
        takenBytes += bytes.count
    }

    /// Takes what has no line feed as a line: nobody writes to the file any more.
    mutating func finish(_ receive: Receiver) {
        if !pending.isEmpty { end(with: UnsafeRawBufferPointer(start: nil, count: 0), receive) }
        finishedBytes = takenBytes
    }

    private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
        let count = min(bytes.count, Self.longest - pending.count)
        pending.append(contentsOf: bytes[..<count])
        dropped += bytes.count - count
    }

    private mutating func end(with bytes: UnsafeRawBufferPointer, _ receive: Receiver) {
        defer {
            pending.removeAll(keepingCapacity: true)
            (dropped, isInside) = (0, false)
        }
        if isInside { return }
        if pending.isEmpty, bytes.count <= Self.longest {
            return receive(Self.withoutReturn(bytes), 0)
        }
        keep(bytes)
        pending.withUnsafeBytes { receive(Self.withoutReturn($0), dropped) }
    }

    private static func withoutReturn(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        line.last == 0x0D ? UnsafeRawBufferPointer(rebasing: line.dropLast()) : line
    }
}
