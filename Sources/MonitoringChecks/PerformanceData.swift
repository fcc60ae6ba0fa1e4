import Maintenance

/// The performance data of a check: `'label'=value[unit];[warning];[critical];[least];[most]`, with blanks between.
enum PerformanceData {
    struct Datum: Hashable {
        /// Without its quotes.
        var label: String
        /// Nil for `U`: the check could not find out.
        var value: Double?
        /// As the check wrote it; empty for a number of things.
        var unit: String
        var warning: MeasurementRange?
        var critical: MeasurementRange?
    }

    enum Item: Hashable {
        case value(Datum)
        /// A word that is no datum.
        case unreadable(String)
    }

    /// All data of a line; what cannot be read takes nothing else with it.
    static func items(in line: Substring) -> [Item] {
        var items: [Item] = []
        var rest = line.drop(while: \.isWhitespace)
        while !rest.isEmpty {
            let start = rest
            if let label = takeLabel(&rest), let datum = datum(label, takeWord(&rest)) {
                items.append(.value(datum))
            } else {
                rest = start
                items.append(.unreadable(String(takeWord(&rest).prefix(120))))
            }
            rest = rest.drop(while: \.isWhitespace)
        }
        return items
    }

    private static func takeWord(_ rest: inout Substring) -> Substring {
        let word = rest.prefix { !$0.isWhitespace }
        rest = rest[word.endIndex...]
        return word
    }

    /// Takes a label and its `=`; nil where there is none.
    ///
    /// In single quotes a label may have blanks and `=`, and a quote as two of them.
    private static func takeLabel(_ rest: inout Substring) -> String? {
        var label = ""
        if rest.first == "'" {
            rest.removeFirst()
            while true {
                label += rest.prefix { $0 != "'" }
                rest = rest.drop { $0 != "'" }
                guard rest.popFirst() != nil else { return nil }
                guard rest.first == "'" else { break }
                rest.removeFirst()
                label.append("'")
            }
        } else {
            label = String(rest.prefix { $0 != "=" && !$0.isWhitespace })
            rest = rest.dropFirst(label.count)
        }
        guard !label.isEmpty, rest.popFirst() == "=" else { return nil }
        return label
    }

    private static func datum(_ label: String, _ word: Substring) -> Datum? {
        let fields = word.split(separator: ";", omittingEmptySubsequences: false)
        guard let first = fields.first else { return nil }
        func range(_ index: Int) -> MeasurementRange? {
            guard index < fields.count, !fields[index].isEmpty else { return nil }
            // A range that cannot be read judges nothing; the value is worth keeping without it.
            return try? MeasurementRange(parsing: withPoint(fields[index]))
        }
        if first == "U" { return Datum(label: label, value: nil, unit: "") }
        guard let (value, unit) = quantity(first) else { return nil }
        return Datum(label: label, value: value, unit: unit, warning: range(1), critical: range(2))
    }

    /// A number and its unit; the number may be written with a decimal comma, as checks do that follow their locale.
    private static func quantity(_ text: Substring) -> (value: Double, unit: String)? {
        var rest = text
        var number = ""
        func takeDigits() { while let digit = rest.first, isDigit(digit) { number.append(rest.removeFirst()) } }
        if rest.first == "-" || rest.first == "+" { number.append(rest.removeFirst()) }
        takeDigits()
        if rest.first == "." || rest.first == "," {
            rest.removeFirst()
            number.append(".")
            takeDigits()
        }
        let exponent = rest.prefix(while: { "eE+-".contains($0) })
        if ["e", "e+", "e-"].contains(exponent.lowercased()), rest.dropFirst(exponent.count).first.map(isDigit) == true
        {
            rest = rest.dropFirst(exponent.count)
            number += exponent
            takeDigits()
        }
        let unit = String(rest)
        let isUnit = unit.count <= 20 && !unit.contains { isDigit($0) || "'\"=,.+-".contains($0) }
        // The longest number that a Double can need, and some: a flood of digits is no measurement.
        guard isUnit, number.contains(where: isDigit), number.utf8.count <= 400 else { return nil }
        if number.hasSuffix(".") { number.append("0") }
        guard let value = Double(number), value.isFinite else { return nil }
        return (value, unit)
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

    private static func withPoint(_ text: Substring) -> String { String(text).replacing(",", with: ".") }
}
