/// How long a backup set is meant to live, and so in which folder it lies.
package enum Tier: String, Hashable, Sendable, Codable, CaseIterable {
    case daily
    case weekly
    case monthly
    /// Made by hand; never pruned.
    case manual

    /// The calendar units of which each keeps one set; nil where nothing is pruned.
    package var unit: CalendarUnit? {
        switch self {
        case .daily: .day
        case .weekly: .week
        case .monthly: .month
        case .manual: nil
        }
    }

    /// How many units keep their set where nothing else is said: 7 days, 4 weeks, 12 months.
    package var usualKeep: Int? {
        switch self {
        case .daily: 7
        case .weekly: 4
        case .monthly: 12
        case .manual: nil
        }
    }
}
