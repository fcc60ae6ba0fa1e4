/// A share as written in configuration: `80%`, `12.5%`.
package struct Percentage: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 80 for `80%`.
    package let percent: Double

    package init(percent: Double) { self.percent = percent }

    /// - Throws: ``QuantityError`` where the text is no percentage from 0 up.
    package init(parsing text: String) throws(QuantityError) {
        guard let (number, unit) = PlainNumber.splitUnit(text), unit == "%", number >= 0 else {
            throw QuantityError(text: text, expected: "a percentage such as 80%")
        }
        percent = number
    }

    package static func < (left: Percentage, right: Percentage) -> Bool { left.percent < right.percent }

    package var description: String { PlainNumber.text(percent) + "%" }
}
