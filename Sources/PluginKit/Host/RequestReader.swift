import Glibc

/// Reads the request line from standard input, and what comes after it.
struct RequestReader {
    static let longestRequest = 1 << 20
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(descriptor: Int32) { self.descriptor = descriptor }

    enum Failure: Error, CustomStringConvertible {
        case ended
        case tooLong

        var description: String {
            switch self {
            case .ended: "standard input ended before a whole request line"
            case .tooLong: "the request line is longer than \(RequestReader.longestRequest) bytes"
            }
        }
    }

    /// The first line, without its line feed; blocks.
    mutating func readLine() throws(Failure) -> [UInt8] {
        var searched = 0
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) { return Array(buffer[..<end]) }
            searched = buffer.count
            guard buffer.count <= Self.longestRequest else { throw .tooLong }
            guard readMore() else { throw .ended }
        }
    }

    /// Reads what there is and throws it away; false when the input has ended: whoever asked has closed it, or is gone.
    mutating func skip() -> Bool {
        buffer.removeAll(keepingCapacity: true)
        return readMore()
    }

    private mutating func readMore() -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { chunk in
            while true {
                let count = read(descriptor, chunk.baseAddress, chunk.count)
                if count > 0 {
                    buffer.append(contentsOf: chunk.prefix(count))
                    return true
                }
                if count == 0 || errno != EINTR { return false }
            }
        }
    }
}
