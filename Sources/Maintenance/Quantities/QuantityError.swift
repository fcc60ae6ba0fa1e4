/// A text that is not the quantity it should be.
package struct QuantityError: Error, Hashable, CustomStringConvertible {
    package let text: String
    /// What would be right, with an example.
    package let expected: String

    package init(text: String, expected: String) {
        self.text = text
        self.expected = expected
    }

    package var description: String { "'\(text)' is not \(expected)" }
}

/// Numbers as people write them in configuration: digits and one point, with no exponent and no separators.
package enum PlainNumber {
    /// The number, or nil where `text` is anything else; never infinite and never NaN.
    package static func parse(_ text: Substring) -> Double? {
        var digits = text
        if digits.first == "-" { digits = digits.dropFirst() }
        let isPlain = digits.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
        guard isPlain, digits.utf8.first != 0x2E, digits.utf8.last != 0x2E, !digits.isEmpty,
            digits.utf8.count <= longest
        else { return nil }
        return Double(text).flatMap { $0.isFinite ? $0 : nil }
    }

    /// The smallest number that a Double can hold has 326 characters; no other needs more.
    private static let longest = 400

    /// The shortest plain text that parses to the same number.
    package static func text(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return String(whole) }
        let shortest = "\(value)"
        guard value.isFinite, let mark = shortest.firstIndex(of: "e"),
            let exponent = Int(shortest[shortest.index(after: mark)...])
        else { return shortest }
        return withoutExponent(shortest[..<mark], exponent)
    }

    /// Moves the point of `1.5`, `-2` and the like by so many places.
    private static func withoutExponent(_ mantissa: Substring, _ exponent: Int) -> String {
        let sign = mantissa.first == "-" ? "-" : ""
        let parts = mantissa.drop { $0 == "-" }.split(separator: ".")
        let whole = parts.first ?? "0"
        let fraction = parts.count > 1 && parts[1] != "0" ? parts[1] : ""
        let digits = whole + fraction
        let point = whole.count + exponent
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if point >= digits.count { return sign + digits + String(repeating: "0", count: point - digits.count) }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }

    /// Splits a number from the letters behind it; nil where there is no number in front.
    static func splitUnit(_ text: String) -> (number: Double, unit: Substring)? {
        let end = text.firstIndex { !($0.isASCII && ($0.isNumber || $0 == "." || $0 == "-")) } ?? text.endIndex
        guard let number = parse(text[..<end]) else { return nil }
        return (number, text[end...].drop { $0 == " " })
    }
}
