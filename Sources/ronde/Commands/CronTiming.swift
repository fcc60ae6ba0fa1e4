import ArgumentParser
import Cron
import Foundation
import Glibc
import Maintenance

extension Ronde.CronCommand {
    /// For `Scripts/bench`: how long it takes to find the next firing, from instants all over the years.
    struct Timing: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "time", abstract: "Measure how long the next firing takes to find.", shouldDisplay: false)

        @Argument var expression: String
        @Option var tz = "UTC"
        @Option var rounds = 200_000

        func run() throws {
            guard let zone = TimeZone(identifier: tz) else { throw ValidationError("'\(tz)' is no time zone.") }
            let schedule = CronSchedule(try CronExpression(parsing: expression), timeZone: zone)
            // 2020 to 2040, in steps that have nothing in common with hours, days and months.
            let start = 1_577_836_800.0
            let step = 631_152_000.0 / Double(max(rounds, 1))
            var checksum = 0.0
            let begun = ContinuousClock.now
            for round in 0..<max(rounds, 1) {
                let instant = Date(timeIntervalSince1970: (start + Double(round) * step).rounded())
                checksum += schedule.next(after: instant)?.timeIntervalSince1970 ?? 0
            }
            let seconds = begun.duration(to: .now).inSeconds
            // The sum is printed so that nothing of the work can be left out.
            Terminal.write("\(Int(seconds / Double(max(rounds, 1)) * 1e9)) ns, \(checksum)\n", to: STDOUT_FILENO)
        }
    }
}
