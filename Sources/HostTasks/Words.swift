import Foundation
package import Maintenance

/// Numbers as summaries say them.
package enum Words {
    /// A length of time in its largest sensible unit: `45 s`, `12 min`, `5 h`, `3 days`.
    package static func span(_ seconds: Double) -> String {
        let steps: [(name: String, seconds: Double)] = [("days", 86_400), ("h", 3_600), ("min", 60)]
        // Two of a unit at least: 30 hours are '30 h', and not '1 days'.
        guard let step = steps.first(where: { seconds >= $0.seconds * 2 }) else { return "\(number(seconds, 0)) s" }
        return "\(number((seconds / step.seconds).rounded(.down), 0)) \(step.name)"
    }

    /// A share: `83%`, and `0.4%` where that says more.
    package static func percent(_ value: Double) -> String { number(value, value < 9.95 ? 1 : 0) + "%" }

    /// A number with so many digits behind the point at most.
    package static func number(_ value: Double, _ digits: Int) -> String {
        let text = String(format: "%.\(digits)f", value)
        guard text.contains(".") else { return text }
        return String(String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed()))
    }

    /// A number of things: `1 process`, `3 processes`.
    package static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
    }
}

extension ByteSize {
    /// A size for people from a number that may be anything.
    package init(about bytes: Double) {
        self.init(bytes: bytes.isFinite ? Int64(min(max(bytes, -0x1p62), 0x1p62)) : 0)
    }
}
