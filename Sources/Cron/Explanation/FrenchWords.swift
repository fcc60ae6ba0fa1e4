enum FrenchWords {
    static let months = [
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ]
    /// From Monday.
    static let weekdays = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
    static let ordinals = ["premier", "deuxième", "troisième", "quatrième", "cinquième"]
    private static let cardinals = ["un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix"]

    static func list(_ items: [String]) -> String {
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " et \(last)"
    }

    /// As in `de mai` and `d’avril`.
    static func of(_ noun: String) -> String {
        let elided = noun.first.map { "aeiou".contains($0) } ?? false
        return elided ? "d’\(noun)" : "de \(noun)"
    }

    /// A day of the month: only the first has an ordinal.
    static func day(_ number: Int) -> String { number == 1 ? "1er" : "\(number)" }

    static func cardinal(_ number: Int) -> String {
        cardinals.indices.contains(number - 1) ? cardinals[number - 1] : "\(number)"
    }

    static func name(of field: CronField) -> String {
        switch field {
        case .minute: "minute"
        case .hour: "heure"
        case .dayOfMonth: "jour du mois"
        case .month: "mois"
        case .dayOfWeek: "jour de la semaine"
        case .count, .alias: field.rawValue
        }
    }
}
