/// The meaning of a scalar under the core schema of YAML 1.2 (section 10.3.2 of the specification).
///
/// Only `true` and `false` are booleans (`no` and `on` are texts), and there are no sexagesimal numbers (`12:30` is a
/// text). A number that its type cannot hold is a text, never a rounded or infinite number.
package enum YAMLValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int)
    case float(Double)
    case text(String)

    /// A longer plain scalar is a text: no number needs as many characters, and reading a million digits takes time.
    private static let longestNumber = 64

    /// The meaning of a plain scalar without a tag.
    init(plain text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .boolean(true)
        case "false", "False", "FALSE": self = .boolean(false)
        default:
            guard text.utf8.count <= Self.longestNumber, let first = text.utf8.first, Self.mayBeginNumber(first) else {
                self = .text(text)
                return
            }
            if Self.isDecimal(text) {  // too big an integer must not become a float
                self = Int(text).map { .integer($0) } ?? .text(text)
            } else {
                self = Self.radixInteger(text) ?? Self.float(text) ?? .text(text)
            }
        }
    }

    /// The meaning of a scalar with an explicit tag; nil where the text does not fit the tag.
    init?(text: String, tagged tag: YAMLScalar.Tag) {
        switch (tag, YAMLValue(plain: text)) {
        case (.string, _): self = .text(text)
        case (.float, .integer(let number)): self = .float(Double(number))
        case (.null, let value) where value == .null: self = value
        case (.boolean, .boolean(let value)): self = .boolean(value)
        case (.integer, .integer(let value)): self = .integer(value)
        case (.float, .float(let value)): self = .float(value)
        default: return nil
        }
    }

    private static func mayBeginNumber(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") }

    private static func isDecimal(_ text: String) -> Bool {
        let digits = text.utf8.first.map(isSign) == true ? text.utf8.dropFirst() : text.utf8[...]
        return !digits.isEmpty && digits.allSatisfy(isDigit)
    }

    /// Reads `0o17` and `0x1F`, which take no sign.
    private static func radixInteger(_ text: String) -> YAMLValue? {
        let radix = text.hasPrefix("0o") ? 8 : text.hasPrefix("0x") ? 16 : 0
        let digits = text.dropFirst(2)
        guard radix != 0, let first = digits.utf8.first, !isSign(first) else { return nil }
        return Int(digits, radix: radix).map { .integer($0) }
    }

    /// Reads `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, the infinities and NaN.
    private static func float(_ text: String) -> YAMLValue? {
        switch text {
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .float(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .float(-.infinity)
        case ".nan", ".NaN", ".NAN": return .float(.nan)
        default: break
        }
        guard hasFloatShape(Array(text.utf8)), let number = Double(text), number.isFinite else { return nil }
        return .float(number)
    }

    private static func hasFloatShape(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        func digits() -> Int {
            let count = rest.prefix(while: isDigit).count
            rest = rest.dropFirst(count)
            return count
        }
        if let first = rest.first, isSign(first) { rest = rest.dropFirst() }
        var mantissa = digits()
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            mantissa += digits()
        }
        guard mantissa > 0 else { return false }
        if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if let sign = rest.first, isSign(sign) { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
