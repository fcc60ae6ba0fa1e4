import Foundation

/// A size in bytes as written in configuration: `100MB` (powers of 1000), `64MiB` (powers of 1024), `512B`.
package struct ByteSize: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let bytes: Int64

    package init(bytes: Int64) { self.bytes = bytes }

    /// - Throws: ``QuantityError`` where the text is no size, is negative, or exceeds what a file can have.
    package init(parsing text: String) throws(QuantityError) {
        let wrong = QuantityError(text: text, expected: "a size such as 512B, 64KiB, 100MB or 2GiB")
        guard let (number, unit) = PlainNumber.splitUnit(text), number >= 0 else { throw wrong }
        guard let factor = Self.units.first(where: { $0.symbol == unit })?.bytes else { throw wrong }
        let total = (number * factor).rounded()
        guard total < 0x1p62 else {
            throw QuantityError(text: text, expected: "a size below 4 EiB, the most that is read")
        }
        bytes = Int64(total)
    }

    private static let units: [(symbol: String, bytes: Double)] = [
        ("B", 1), ("kB", 1e3), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12),
        ("KiB", 0x1p10), ("MiB", 0x1p20), ("GiB", 0x1p30), ("TiB", 0x1p40),
    ]

    package static func < (left: ByteSize, right: ByteSize) -> Bool { left.bytes < right.bytes }

    /// The size for people, with three significant digits and decimal units: `4.61 MB`.
    package var description: String {
        let steps: [(symbol: String, bytes: Double)] = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)]
        let value = Double(bytes)
        guard let step = steps.first(where: { value.magnitude >= $0.bytes * 0.9995 }) else { return "\(bytes) B" }
        let scaled = value / step.bytes
        let digits = scaled.magnitude < 9.995 ? 2 : scaled.magnitude < 99.95 ? 1 : 0
        return String(format: "%.\(digits)f %@", scaled, step.symbol)
    }
}
