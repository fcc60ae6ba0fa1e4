import ArgumentParser
import Backups
import Foundation
import Glibc
import Maintenance
import Reports

extension Ronde {
    struct RetentionCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retention", abstract: "Try out rules for keeping backups.", subcommands: [Explain.self])

        struct Explain: ParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "explain", abstract: "Show which of some instants a policy keeps, and why.",
                discussion: """
                    Reads instants from standard input, one in ISO 8601 a line, in any order.
                    Example: ronde retention explain --keep-daily 7 --keep-weekly 4 --keep-monthly 12 < instants

                    The newest of each day, week, month or year that has one is kept; units without one cost nothing.
                    The oldest stays for every rule that still has room, so that a short history can grow.
                    """)

            @Option(help: "The newest so many.") var keepLast = 0
            @Option(help: "Hours.") var keepHourly = 0
            @Option(help: "Days.") var keepDaily = 0
            @Option(help: "ISO weeks, which begin on Monday.") var keepWeekly = 0
            @Option(help: "Months.") var keepMonthly = 0
            @Option(help: "Years.") var keepYearly = 0

            @Option(help: ArgumentHelp("Where days begin: an IANA time zone.", valueName: "zone"))
            var tz = "UTC"

            @Option(help: ArgumentHelp("Taken for the time of day; it plays no part in the rules.", valueName: "ISO"))
            var now: String?

            @Flag(help: "Print JSON: {keep: [{index, instant, reasons}], remove: [{index, instant}]}.")
            var json = false

            func validate() throws {
                let counts = [keepLast, keepHourly, keepDaily, keepWeekly, keepMonthly, keepYearly]
                guard counts.allSatisfy({ $0 >= 0 }) else { throw ValidationError("A count is 0 or more.") }
                guard counts.contains(where: { $0 > 0 }) else {
                    throw ValidationError("Name at least one rule, as in --keep-daily 7: no rule keeps nothing.")
                }
                _ = try now.map(InstantOption.parse)
            }

            func run() throws {
                guard let zone = TimeZone(identifier: tz), tz.first?.isLetter == true else {
                    throw CommandFailure.usage("'\(tz)' is no time zone; use a name such as Europe/Paris")
                }
                let policy = RetentionPolicy(
                    last: keepLast, hourly: keepHourly, daily: keepDaily, weekly: keepWeekly, monthly: keepMonthly,
                    yearly: keepYearly)
                let explanation = try policy.explain(try instants(), timeZone: zone)
                if json { return try JSONOutput.print(explanation) }
                var table = TextTable(columns: [.init("Line", .right), .init("Instant"), .init("Kept because")])
                let kept = explanation.keep.map { ($0.index, $0.instant, $0.reasons.joined(separator: ", ")) }
                let removed = explanation.remove.map { ($0.index, $0.instant, "- not kept") }
                for row in (kept + removed).sorted(by: { $0.0 < $1.0 }) { table.add(["\(row.0 + 1)", row.1, row.2]) }
                Terminal.write(table.text(width: Terminal.width()), to: STDOUT_FILENO)
                Terminal.say("\(explanation.keep.count) kept, \(explanation.remove.count) removed")
            }

            /// Blank lines are passed over and take no index.
            private func instants() throws -> [Date] {
                var instants: [Date] = []
                var line = 0
                while let text = readLine() {
                    line += 1
                    let trimmed = text.trimmingCharacters(in: .whitespaces)
                    guard !trimmed.isEmpty else { continue }
                    guard let instant = InstantText.parse(trimmed) else {
                        let shown = PrintableText.of(trimmed, limit: 60)
                        throw CommandFailure(
                            message: "standard input:\(line):1: '\(shown)' is no instant such as 2026-11-22T02:00:00Z",
                            status: 65)
                    }
                    instants.append(instant)
                }
                return instants
            }
        }
    }
}
