import Foundation
import Maintenance
package import PluginKit
import Probing
import Trends

/// Judges the numbers that the service tells of itself, and from those of earlier runs says how they grow.
///
/// No answer, no JSON, a number that is missing or no number is critical. A number beyond its limits is what those say; one
/// that will reach a limit soon is a warning.
package struct StatsPlugin: TaskPlugin {
    package static let name = "stats"
    package static var manifest: [UInt8] { PackageResources.plugin_yaml }

    private static let mostFields = 50

    private let path: String
    private let numbers: [StatedNumber]
    private let rules: ProbeRules
    private let horizon: TimeSpan

    /// Checks the parameters, and that they are right together.
    ///
    /// - Throws: ``TaskFailure`` naming the parameter, what is wrong with it and what would be right.
    package init(_ configuration: StatsConfiguration) throws {
        do throws(Mistake) {
            guard (1...Self.mostFields).contains(configuration.fields.count) else {
                throw Mistake(
                    "there must be from 1 to \(Self.mostFields), not \(configuration.fields.count)", at: "fields")
            }
            var numbers: [StatedNumber] = []
            for entry in configuration.fields {
                numbers.append(
                    try located("field '\(Excerpt.of(entry.field))'") { () throws(Mistake) in try StatedNumber(entry) })
            }
            (path, horizon, self.numbers) = (configuration.path, configuration.reachedWithin, numbers)
            rules = try ProbeRules(
                timeLimitEach: configuration.timeLimitEach, retries: configuration.retries,
                certificateAuthority: configuration.certificateAuthority)
            // What is wrong with the fields is to be heard before a service is asked.
            _ = try EndpointSurvey([EndpointEntry(path: path, measure: numbers.map { $0.entry })], rules)
        } catch {
            throw error.failure
        }
    }

    /// Asks the service once, or says what it would ask.
    ///
    /// - Throws: ``TaskFailure`` if the service has no URL, `CancellationError`.
    package func run(in context: TaskContext) async throws -> TaskResult {
        let survey = try survey(of: context.service)
        if context.isDryRun { return TaskResult(.ok, try survey.preview(context)) }
        let results = try await survey.ask(in: context)
        guard let result = results.first, result.isWell else {
            for result in results { result.tell(context) }
            return RoundSummary(results).taskResult
        }
        context.log(result.line.level, result.line.message)
        for number in numbers {
            guard let threshold = number.lacksThreshold(context.service) else { continue }
            context.log(.info, "\(number.title) is not judged by '\(threshold)': the service has no such threshold")
        }
        return try report(result, context)
    }

    private func survey(of service: Service) throws -> EndpointSurvey {
        let entry = EndpointEntry(path: path, measure: numbers.map { $0.measure(at: service) })
        let survey: EndpointSurvey
        do throws(Mistake) { survey = try EndpointSurvey([entry], rules) } catch { throw error.failure }
        return try survey.judged(by: service)
    }

    private func report(_ result: ProbeResult, _ context: TaskContext) throws -> TaskResult {
        let now = Date()
        let folder = try context.stateFolder()
        var history = SampleHistory.read(from: folder)
        var outlooks: [Outlook] = []
        let names = Set(numbers.map(\.name))
        for measurement in result.measurements where !names.contains(measurement.name) { context.measure(measurement) }
        for number in numbers {
            guard let measurement = result.measurements.first(where: { $0.name == number.name }) else { continue }
            history.add(measurement.value, of: number.sampleName, at: now)
            outlooks.append(Outlook(number, measurement, history.trend(of: number.sampleName)))
        }
        var summary = StatsSummary(
            outlooks: outlooks, slowness: result.slowness, horizon: horizon, now: now,
            timeZone: TimeZone(identifier: context.service.timezone) ?? .gmt)
        do {
            try history.write(to: folder)
        } catch {
            summary.lossOfTrend = "how the numbers grow cannot be kept: \(error)"
        }
        return summary.tell(context)
    }
}
