import Foundation
import Maintenance
import PluginKit
import Probing

/// What was found, in measurements, lines and one line for people.
struct StatsSummary {
    let outlooks: [Outlook]
    let slowness: String?
    let horizon: TimeSpan
    let now: Date
    let timeZone: TimeZone
    /// Why the numbers of this run will be missing from the next ones.
    var lossOfTrend: String?

    /// More numbers than this are in the log only, unless something is the matter with them.
    private static let mostNamed = 4

    /// Reports all of it.
    ///
    /// - Returns: the worst outcome, and the numbers that matter most.
    func tell(_ context: TaskContext) -> TaskResult {
        var outcomes: [Outcome] = [slowness == nil ? .ok : .warning, lossOfTrend == nil ? .ok : .warning]
        var notable: [String] = []
        var plain: [String] = []
        for outlook in outlooks {
            let measured = outlook.measurements(at: now, warnWithin: horizon)
            for measurement in measured { context.measure(measurement) }
            let outcome = measured.map(\.outcome).worst
            outcomes.append(outcome)
            let words = StatsWords(outlook: outlook, timeZone: timeZone)
            context.log(Self.level(outcome), words.long + Self.advice(outlook, outcome))
            if outcome == .ok {
                plain.append(words.short)
            } else {
                notable.append(words.short + Self.advice(outlook, outcome))
            }
        }
        for line in [slowness, lossOfTrend] {
            guard let line else { continue }
            context.log(.warning, line)
            notable.append(line)
        }
        let shown = notable + plain.prefix(max(0, Self.mostNamed - notable.count))
        return TaskResult(outcomes.worst, shown.joined(separator: ", "))
    }

    private static func level(_ outcome: Outcome) -> LogLine.Level {
        switch outcome {
        case .ok: .info
        case .critical: .error
        default: .warning
        }
    }

    private static func advice(_ outlook: Outlook, _ outcome: Outcome) -> String {
        if outcome == .ok { return "" }
        return outlook.measurement.outcome == .ok ? ": make room before then" : ": make room, or raise the limit"
    }
}
