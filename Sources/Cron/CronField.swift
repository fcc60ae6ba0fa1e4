/// The part of an expression that a message speaks of; the raw value is its name for people and programs.
package enum CronField: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case minute
    case hour
    case dayOfMonth = "day-of-month"
    case month
    case dayOfWeek = "day-of-week"
    /// The number of fields, where it is not five.
    case count
    /// A word such as `@daily` that stands for a whole expression.
    case alias

    /// The field's name, as in `day-of-month`.
    package var description: String { rawValue }

    /// The five that an expression is made of, in their order.
    static let written: [CronField] = [.minute, .hour, .dayOfMonth, .month, .dayOfWeek]

    /// What a number in this field may be; as a day of the week both 0 and 7 are Sunday.
    var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        case .count, .alias: 0...0
        }
    }

    /// Upper-case names that may stand for a number, the first of them for the lower bound of ``range``.
    var names: [String] {
        switch self {
        case .month: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        case .dayOfWeek: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
        default: []
        }
    }
}
