extension ValueReader {
    /// The text as it is written; `""` will do only where `allowsEmpty` is set.
    ///
    /// A plain number or boolean is a text too here: `version: 1.10` is `1.10`.
    package func text(allowsEmpty: Bool = false) -> String? {
        guard case .scalar(let scalar) = node.kind, !node.isNull else {
            wrongKind("a text")
            return nil
        }
        guard allowsEmpty || !scalar.text.isEmpty else {
            mistake("\(label) must not be empty")
            return nil
        }
        return scalar.text
    }

    /// The text, turned into the caller's type.
    ///
    /// An error of `convert` becomes the message, at the value; a ``ValueFault`` can say where inside the text.
    package func value<Value>(_ convert: (String) throws -> Value) -> Value? {
        guard let text = text() else { return nil }
        do {
            return try convert(text)
        } catch let fault as ValueFault {
            mistake("\(label): \(fault.message)", offset: fault.offset, suggestion: fault.suggestion)
        } catch {
            mistake("\(label): \(error)")
        }
        return nil
    }

    /// `true` or `false`.
    package func boolean() -> Bool? {
        guard case .scalar(let scalar) = node.kind, case .boolean(let value) = scalar.value else {
            refuse("true or false", suggestion: Self.booleans)
            return nil
        }
        return value
    }

    /// What YAML 1.1 took for booleans, and people still do.
    private static func booleans(_ text: String) -> String? {
        switch text.lowercased() {
        case "yes", "on", "y", "true": "true"
        case "no", "off", "n", "false": "false"
        default: nil
        }
    }

    /// A whole number in a range.
    package func integer(in range: ClosedRange<Int> = Int.min...Int.max) -> Int? {
        guard case .scalar(let scalar) = node.kind, case .integer(let value) = scalar.value else {
            refuse("a whole number")
            return nil
        }
        guard range.contains(value) else {
            mistake("\(label) is \(value), but must be \(Self.words(range.lowerBound, range.upperBound))")
            return nil
        }
        return value
    }

    private static func words(_ lower: Int, _ upper: Int) -> String {
        if upper == .max { return "at least \(lower)" }
        return lower == .min ? "at most \(upper)" : "from \(lower) to \(upper)"
    }

    /// A number in a range, whole or not; never infinite.
    package func number(
        in range: ClosedRange<Double> = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    ) -> Double? {
        let value: Double
        switch node.kind {
        case .scalar(let scalar):
            switch scalar.value {
            case .integer(let number): value = Double(number)
            case .float(let number) where number.isFinite: value = number
            default:
                refuse("a number")
                return nil
            }
        default:
            refuse("a number")
            return nil
        }
        guard range.contains(value) else {
            mistake("\(label) is \(value), but must be from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    /// One of the named values of an enumeration.
    package func choice<Choice: CaseIterable & RawRepresentable<String>>(_: Choice.Type = Choice.self) -> Choice? {
        choice(of: Choice.allCases.map(\.rawValue)).flatMap(Choice.init(rawValue:))
    }

    /// One of a few words.
    package func choice(of allowed: [String]) -> String? {
        guard let text = text() else { return nil }
        if allowed.contains(text) { return text }
        let list = allowed.count > 12 ? "" : "; allowed: \(allowed.joined(separator: ", "))"
        mistake(
            "\(label) cannot be \(quoted(text))\(list)", suggestion: Suggestion.didYouMean(text, among: allowed))
        return nil
    }

    /// Says what was expected, and that quotes are in the way where they are.
    private func refuse(_ expected: String, suggestion: (String) -> String? = { _ in nil }) {
        guard case .scalar(let scalar) = node.kind, case .text(let text) = scalar.value else {
            return wrongKind(expected)
        }
        let inQuotes = scalar.style == .singleQuoted || scalar.style == .doubleQuoted
        let plain = inQuotes ? YAMLValue(plain: text) : .text(text)
        let hint =
            switch plain {
            case .text, .null: ""
            default: "; remove the quotes"
            }
        mistake("\(label) must be \(expected), but is \(node.kindName)\(hint)", suggestion: suggestion(text))
    }
}
