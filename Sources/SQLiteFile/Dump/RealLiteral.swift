/// SQL text for a floating-point number that every SQLite reads back to the last bit.
enum RealLiteral {
    /// The shortest decimal where it is certain to be read exactly, else a product of exact factors.
    ///
    /// SQLite before 3.43 computes a decimal in 80 bits and rounds once more to 64, which is one bit off where
    /// the first rounding ends half-way between two numbers: about one decimal in four thousand.
    static func text(of value: Double) -> String {
        if value.isInfinite { return value < 0 ? "-1e999" : "1e999" }
        let decimal = value.description
        return isCertain(decimal) ? decimal : product(value)
    }

    /// Whether the quotient of digits and power of ten stays clear of every point half-way between two numbers.
    private static func isCertain(_ decimal: String) -> Bool {
        var digits: UInt128 = 0
        var places = 0
        var isFraction = false
        for character in decimal.utf8 {
            switch character {
            case UInt8(ascii: "-"): continue
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits = digits * 10 + UInt128(character - UInt8(ascii: "0"))
                if isFraction { places += 1 }
            default: return false  // an exponent
            }
            if digits >= 1_000_000_000_000_000 { return false }
        }
        var power: UInt128 = 1
        for _ in 0..<places { power *= 10 }
        if digits % power == 0 { return true }
        let quotient = (digits << digits.leadingZeroBitCount) / power
        let tailBits = 128 - quotient.leadingZeroBitCount - 53
        guard tailBits > 14 else { return false }
        let tail = quotient & ((1 << UInt128(tailBits)) - 1)
        let half = UInt128(1) << UInt128(tailBits - 1)
        let distance = tail > half ? tail - half : half - tail
        return distance > half >> 9
    }

    /// The significand as an integer, times or divided by powers of two: each factor and each step is exact.
    private static func product(_ value: Double) -> String {
        let bits = Double.significandBitCount
        let significand = Int64(value.significand * Double(sign: .plus, exponent: bits, significand: 1))
        var exponent = Int(value.exponent) - bits
        var text = "\(value < 0 ? "-" : "")\(significand).0"
        let largest = 60
        while exponent != 0 {
            let step = min(abs(exponent), largest)
            text += "\(exponent < 0 ? "/" : "*")\(Int64(1) << step).0"
            exponent += exponent < 0 ? step : -step
        }
        return text
    }
}
