import Foundation

/// The one question and answer of SNTP (RFC 4330, RFC 5905), in 48 bytes.
enum SNTPPacket {
    static let length = 48

    /// A question.
    ///
    /// - Parameter mark: stands where our time would: the answer has it again, so that nobody who did not see the
    ///   question can give one, and nobody learns our time.
    /// - Returns: its bytes.
    static func question(mark: UInt64) -> [UInt8] {
        // No warning of a leap second, version 4, mode 3: a client.
        var bytes: [UInt8] = [0b00_100_011] + Array(repeating: 0, count: 39)
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: mark >> UInt64(shift)))
        }
        return bytes
    }

    /// Reads an answer.
    ///
    /// - Parameters:
    ///   - bytes: what came.
    ///   - mark: of the question.
    ///   - sent: when the question went, by our clock.
    ///   - arrived: when the answer came, by our clock.
    /// - Returns: nil where it answers something else.
    /// - Throws: ``NoTime`` where the server says that it does not know the time.
    static func offset(
        in bytes: [UInt8], mark: UInt64, sent: Date, arrived: Date
    ) throws(NoTime) -> ClockOffset? {
        guard bytes.count >= length, bytes[0] & 0b111 == 4, word(bytes, 24) == mark else { return nil }
        let stratum = bytes[1]
        guard stratum != 0 else {
            let code = String(decoding: bytes[12..<16].filter { (0x21...0x7E).contains($0) }, as: UTF8.self)
            throw NoTime(description: "it refuses to answer ('\(code)')")
        }
        let (received, transmitted) = (word(bytes, 32), word(bytes, 40))
        guard bytes[0] >> 6 != 3, stratum < 16, received != 0, transmitted != 0 else {
            throw NoTime(description: "its own clock is not synchronised")
        }
        let there = date(received, near: sent).timeIntervalSince(sent)
        let back = date(transmitted, near: arrived).timeIntervalSince(arrived)
        return ClockOffset(seconds: (there + back) / 2, uncertainty: max(there - back, 0) / 2)
    }

    private static func word(_ bytes: [UInt8], _ start: Int) -> UInt64 {
        bytes[start..<(start + 8)].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A time in seconds since 1900 and their fractions.
    ///
    /// The seconds begin again at 0 every 136 years, next in 2036: meant
    /// is the time nearest to ours.
    private static func date(_ stamp: UInt64, near reference: Date) -> Date {
        let era = Double(1 << 32)
        let seconds = Double(stamp >> 32) - secondsTo1970 + Double(stamp & 0xFFFF_FFFF) / era
        let eras = ((reference.timeIntervalSince1970 - seconds) / era).rounded()
        return Date(timeIntervalSince1970: seconds + eras * era)
    }

    private static let secondsTo1970 = 2_208_988_800.0
}
