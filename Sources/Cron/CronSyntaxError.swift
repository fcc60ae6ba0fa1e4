/// Why a text is no cron expression: what is wrong, where, and what to write instead.
package struct CronSyntaxError: Error, Hashable, CustomStringConvertible {
    /// What is wrong, with the remedy where there is one.
    package enum Problem: Hashable, Sendable {
        /// There is not one field.
        case empty
        /// There are this many fields, and not five.
        case wrongCount(Int)
        /// A word that begins with `@` and means nothing here.
        case unknownAlias
        /// `@reboot` and `@every`, which other tools know; the text says why not here and what to do.
        case refusedAlias(String)
        /// Something follows an alias.
        case aliasNotAlone
        /// Nothing before, after or between commas.
        case emptyItem
        /// Neither a number nor a name nor another form that the field knows; the remedy where one is known.
        case notAValue(remedy: String?)
        /// A number outside of what the field allows, which is the range here.
        case outOfRange(ClosedRange<Int>)
        /// The range's end is before its start; the remedy is the same days or hours written forwards.
        case backwardRange(remedy: String)
        /// What follows `/` is not a whole number from 1 upwards.
        case notAStep
        /// `5/15`, which tools read in different ways; the remedy is the range that most of them mean.
        case stepWithoutRange(remedy: String)
        /// `5#6`: a month has a first to a fifth of each weekday.
        case notAnOrdinal
        /// Well-formed, but no day of the calendar matches; the text says why.
        case neverFires(String)
    }

    /// The first field that is wrong; of an expression that never fires, the day of the month.
    package let field: CronField
    /// The part of the expression that is wrong, as it was written; may be empty.
    package let text: String
    /// Where ``text`` begins in the expression, in Unicode scalars counted from 0.
    package let offset: Int
    /// The fact behind ``description``.
    package let problem: Problem

    /// One sentence, such as `minute: 60 is not in 0-59`.
    package var description: String {
        let shown = Self.quoted(text)
        switch problem {
        case .empty, .wrongCount: return "\(field): \(countSentence)"
        case .unknownAlias:
            return "\(field): \(shown) is not known; there are \(CronAlias.names)"
        case .refusedAlias(let reason):
            return "\(field): \(shown) is refused: \(reason)"
        case .aliasNotAlone:
            return "\(field): \(shown) follows an alias, which must stand alone"
        case .emptyItem:
            return "\(field): an item of the list is empty; put a value before and after each comma"
        case .notAValue(let remedy):
            return "\(field): \(shown) is not \(allowed)" + (remedy.map { "; \($0)" } ?? "")
        case .outOfRange(let range):
            return "\(field): \(shown) is not in \(range.lowerBound)-\(range.upperBound)"
        case .backwardRange(let remedy):
            return "\(field): \(shown) runs backwards; write \(remedy)"
        case .notAStep:
            return "\(field): \(shown) is not a step; write a whole number from 1 upwards after the slash"
        case .stepWithoutRange(let remedy):
            return "\(field): \(shown) has a step after a single number, which tools read in different ways; "
                + "write \(remedy)"
        case .notAnOrdinal:
            return "\(field): \(shown) is not in 1-5; a month has a first to a fifth of each weekday"
        case .neverFires(let reason):
            return "\(field): \(shown) never fires: \(reason)"
        }
    }

    private var countSentence: String {
        let wanted = "5 are wanted: minute, hour, day of month, month, day of week"
        switch problem {
        case .wrongCount(let found) where found > 5:
            return "\(found) fields where \(wanted); there is no field for seconds, years or a command"
        case .wrongCount(let found):
            return found == 1 ? "1 field where \(wanted)" : "\(found) fields where \(wanted)"
        default:
            return "the expression is empty; \(wanted)"
        }
    }

    private var allowed: String {
        let numbers = "a number in \(field.range.lowerBound)-\(field.range.upperBound)"
        return switch field {
        case .month: "\(numbers) or one of JAN-DEC"
        case .dayOfMonth: "\(numbers), L or LW"
        case .dayOfWeek: "\(numbers), one of SUN-SAT, or a form such as 5L or MON#2"
        default: numbers
        }
    }

    /// The text as it was written, in quotes unless it is plain; what cannot be seen is shown as its code.
    private static func quoted(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { (0x23...0x7E).contains($0.value) && $0 != "'" }
        guard !isPlain || text.isEmpty else { return shortened(text) }
        let visible = text.unicodeScalars.map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .nonspacingMark:
                code(of: scalar)
            case .spaceSeparator where scalar != " ":
                code(of: scalar)
            default:
                String(scalar)
            }
        }
        return "'\(shortened(visible.joined()))'"
    }

    private static func code(of scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "<U+\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)>"
    }

    /// A message stays readable when somebody passes a whole file for an expression.
    private static func shortened(_ text: String) -> String {
        text.count <= 60 ? text : "\(text.prefix(57))..."
    }
}
