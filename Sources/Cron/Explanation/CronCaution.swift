/// Something in an expression that seldom means what its author had in mind.
enum CronCaution: Hashable {
    /// Day of month and day of week are given, and one is enough.
    case eitherDayField
    /// The same, but one of them names every day: the other changes nothing.
    case oneDayFieldIsEverything
    case overlongStep(CronExpression.OverlongStep)
    /// Months that are too short for the days that are named, 1 to 12.
    case monthsAreLeftOut([Int])
    /// Only the 29th of February is missing, and only in common years.
    case firesInLeapYearsOnly

    var english: String {
        switch self {
        case .eitherDayField:
            return "A day of the month and a day of the week are both given, and one of them is enough: "
                + "it fires on the days of the month and, besides, on the days of the week."
        case .oneDayFieldIsEverything:
            return "A day of the month and a day of the week are both given, and one of them is enough; "
                + "since one names every day, the other changes nothing."
        case .overlongStep(let step):
            return "The step \(step.step) is longer than the \(step.field) field's range: only the value "
                + "\(step.only) is left, which is no interval of \(step.step)."
        case .monthsAreLeftOut(let months):
            return "It does not fire in \(EnglishWords.list(months.map { EnglishWords.months[$0 - 1] }, "or")), "
                + "which \(months.count == 1 ? "is" : "are") too short; L is the last day of any month."
        case .firesInLeapYearsOnly:
            return "It does not fire in February of common years, which ends on the 28th; "
                + "L is the last day of any month."
        }
    }

    var french: String {
        switch self {
        case .eitherDayField:
            return "Un jour du mois et un jour de la semaine sont donnés tous les deux, et un seul suffit : "
                + "l’exécution a lieu aux jours du mois et, en plus, aux jours de la semaine."
        case .oneDayFieldIsEverything:
            return "Un jour du mois et un jour de la semaine sont donnés tous les deux, et un seul suffit ; "
                + "comme l’un désigne tous les jours, l’autre ne change rien."
        case .overlongStep(let step):
            return "Le pas de \(step.step) dépasse sa plage : il ne reste que la valeur \(step.only) "
                + "(\(FrenchWords.name(of: step.field))) ; ce n’est pas un intervalle de \(step.step)."
        case .monthsAreLeftOut(let months):
            return "Rien n’a lieu en \(FrenchWords.list(months.map { FrenchWords.months[$0 - 1] })), "
                + "trop court\(months.count == 1 ? "" : "s") ; L désigne le dernier jour de n’importe quel mois."
        case .firesInLeapYearsOnly:
            return "Rien n’a lieu en février des années communes, qui finit le 28 ; "
                + "L désigne le dernier jour de n’importe quel mois."
        }
    }
}

extension DayRule {
    /// The months that are asked for but have, in most years, none of the days that are; 1 to 12.
    ///
    /// Only where the days are given by number: a fifth Monday is rare by its nature, and said so in words.
    var monthsWithoutAnyDay: [Int] {
        guard needsBoth, hasEveryWeekday, !lastDay, !lastWorkday, days.first > 28 else { return [] }
        return months.members.filter { days.first > CivilDate.length(ofMonth: $0, in: 2001) }
    }
}
