package import Maintenance
import Networking
package import PluginKit

/// What a record means: its outcome, its measurements and its words.
package struct ProbeResult: Sendable {
    let endpoint: Endpoint
    package let outcome: Outcome
    /// Empty where no answer came.
    package let measurements: [TaskMeasurement]
    /// What is wrong, in a few words; empty if nothing is.
    package let complaints: [String]
    /// The line for the report; it names everything that was seen.
    package let line: LogLine
    /// In seconds; nil if no answer came.
    package let responseTime: Double?
    /// Whether the right answer came, however slowly.
    package let isWell: Bool
    /// The measured fields that were found: by name, in the unit of the answer.
    package let values: [String: Double]
    /// That the answer took too long, in a few words; nil if it did not.
    package let slowness: String?

    init(_ record: EndpointProbe.Record) {
        endpoint = record.endpoint
        isWell = record.judgement?.isWell ?? false
        let found = record.judgement?.values ?? []
        values = Dictionary(found.map { ($0.field.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        guard let judgement = record.judgement else {
            outcome = .unknown
            measurements = []
            complaints = ["\(endpoint.title) was not asked: the task's time limit was over"]
            line = LogLine(.error, complaints.joined() + "; give the task more time, or raise 'concurrency'")
            responseTime = nil
            slowness = nil
            return
        }
        let measured = Self.transfer(record, judgement) + judgement.values.map { $0.field.measurement(of: $0.value) }
        let beyond = measured.compactMap { Self.complaint($0, record.endpoint) }
        measurements = measured
        slowness = measured.first { $0.name == record.endpoint.name + ".total_time" }.flatMap {
            Self.complaint($0, record.endpoint)
        }
        responseTime = judgement.reply?.phases.total.inSeconds
        if judgement.isWell {
            outcome = measured.map(\.outcome).worst
            complaints = beyond
            line = LogLine(.info, Self.praise(endpoint, judgement, attempts: record.attempts))
        } else {
            outcome = .critical
            let said = judgement.explanation.map { ": \"\($0)\"" } ?? ""
            let wrong = "\(endpoint.title) \(judgement.objections.joined(separator: "; "))\(said)"
            let tries = record.attempts > 1 ? ", after \(record.attempts) attempts" : ""
            complaints = [wrong + tries] + beyond
            line = LogLine(.error, wrong + tries + Self.evidence(judgement, isCutShort: record.isCutShort))
        }
    }

    /// Reports what was measured, and the line.
    package func tell(_ context: TaskContext) {
        for measurement in measurements { context.measure(measurement) }
        context.log(line.level, line.message)
    }

    private static func transfer(_ record: EndpointProbe.Record, _ judgement: Judgement) -> [TaskMeasurement] {
        let prefix = record.endpoint.name + "."
        var measured: [TaskMeasurement] = []
        if let reply = judgement.reply {
            measured.append(
                TaskMeasurement(
                    prefix + "total_time", reply.phases.total.inSeconds, .seconds,
                    warning: record.endpoint.warning.map { .above($0.seconds) },
                    critical: record.endpoint.critical.map { .above($0.seconds) }))
            let phases = [
                ("name_lookup_time", reply.phases.nameLookup), ("connect_time", reply.phases.connect),
                ("tls_time", reply.phases.tls), ("first_byte_time", reply.phases.firstByte),
            ]
            for case (let name, let time?) in phases {
                measured.append(TaskMeasurement(prefix + name, time.inSeconds, .seconds))
            }
            measured.append(TaskMeasurement(prefix + "size", Double(reply.body.count), .bytes))
        }
        measured.append(TaskMeasurement(prefix + "attempts", Double(record.attempts), .count))
        return measured
    }

    /// Words for a measurement that is beyond its range.
    private static func complaint(_ measurement: TaskMeasurement, _ endpoint: Endpoint) -> String? {
        guard let excess = ShownNumber.excess(measurement) else { return nil }
        let value = ShownNumber.value(measurement.value, measurement.unit)
        return measurement.name == endpoint.name + ".total_time"
            ? "\(endpoint.title) took \(value) (\(excess))" : "\(measurement.name) is \(value) (\(excess))"
    }

    private static func praise(_ endpoint: Endpoint, _ judgement: Judgement, attempts: Int) -> String {
        guard let reply = judgement.reply else { return endpoint.title }
        let time = ShownNumber.time(reply.phases.total.inSeconds)
        let size = ByteSize(bytes: Int64(reply.body.count))
        return "\(endpoint.title) answered \(reply.status) in \(time), \(size)"
            + (attempts > 1 ? ", at attempt \(attempts)" : "")
    }

    private static func evidence(_ judgement: Judgement, isCutShort: Bool) -> String {
        var words = isCutShort ? "; there was no time to ask again" : ""
        guard let reply = judgement.reply else { return words }
        if let target = reply.headers["Location"] { words += "; it points to \(Excerpt.of(target))" }
        let body = Excerpt.of(reply.body)
        words += body.isEmpty ? "; it has no body" : "; it says: \(body)"
        return words
    }
}
