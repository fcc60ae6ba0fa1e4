import Maintenance
import Networking
import Probing

/// What came of a round trip.
struct RoundTripResult: Sendable {
    /// What is wrong, in a few words each; empty if nothing is.
    private(set) var problems: [String] = []
    /// What was done besides, for the log.
    private(set) var remarks: [String] = []
    private(set) var measurements: [TaskMeasurement] = []
    /// The seconds of its steps together.
    private var total = 0.0

    /// The response time above which a step warns.
    let limit: TimeSpan

    init(limit: TimeSpan) { self.limit = limit }

    mutating func object(_ words: String) { problems.append(words) }

    mutating func remark(_ words: String) { remarks.append(words) }

    /// Notes how long a step took: `create`, `read`, `delete`.
    mutating func measure(_ step: String, _ answer: RecordClient.Answer) {
        guard let reply = answer.reply else { return }
        let seconds = reply.phases.total.inSeconds
        total += seconds
        measurements.append(
            TaskMeasurement("round_trip.\(step)_time", seconds, .seconds, warning: .above(limit.seconds)))
    }

    /// The steps that took too long.
    var slow: [String] {
        measurements.compactMap { measurement in
            ShownNumber.excess(measurement).map {
                "\(measurement.name) is \(ShownNumber.time(measurement.value)) (\($0))"
            }
        }
    }

    var outcome: Outcome { problems.isEmpty ? measurements.map(\.outcome).worst : .critical }

    /// In one line, what is wrong or how well it went.
    var words: String {
        let wrong = problems.map { "round trip: \($0)" } + slow
        return wrong.isEmpty
            ? "a record was made, read and deleted in \(ShownNumber.time(total))" : wrong.joined(separator: "; ")
    }
}
