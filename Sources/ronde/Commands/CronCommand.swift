import ArgumentParser
import Cron
import Foundation
import Glibc
import Maintenance
import Reports

extension Ronde {
    struct CronCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "cron", abstract: "Try out cron expressions.",
            subcommands: [Next.self, Explain.self, Timing.self])

        struct Next: ParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "next", abstract: "Show when an expression fires.",
                discussion: "Example: ronde cron next '30 2 * * *' --tz Europe/Paris --after 2026-03-28T12:00:00+01:00")

            @Argument(help: "Five fields in quotes, or an alias such as @daily.")
            var expression: String

            @Option(help: ArgumentHelp("The IANA time zone it is read in.", valueName: "zone"))
            var tz = "UTC"

            @Option(help: ArgumentHelp("Firings after this instant; now by default.", valueName: "ISO"))
            var after: String?

            @Option(help: "How many firings.")
            var count = 10

            @Flag(help: "Print JSON: {expression, timezone, firings: [ISO 8601]}.")
            var json = false

            func validate() throws {
                guard (1...100_000).contains(count) else { throw ValidationError("--count takes 1 to 100000.") }
            }

            func run() throws {
                guard let zone = TimeZone(identifier: tz), tz.first?.isLetter == true else {
                    throw CommandFailure.usage("'\(tz)' is no time zone; use a name such as Europe/Paris")
                }
                let start = try after.map(InstantOption.parse) ?? Date()
                let schedule = CronSchedule(try CronCommand.parse(expression), timeZone: zone)
                let firings = Array(schedule.firings(after: start).prefix(count))
                if json {
                    struct Shape: Encodable {
                        let expression, timezone: String
                        let firings: [String]
                    }
                    return try JSONOutput.print(
                        Shape(expression: expression, timezone: tz, firings: firings.map(\.description)))
                }
                for firing in firings {
                    let note = ClockChangeWords.text(firing).map { "  (\($0))" } ?? ""
                    print("\(firing)  \(ClockChangeWords.weekday(firing))\(note)")
                }
            }
        }

        struct Explain: ParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "explain", abstract: "Say in a sentence when an expression fires.",
                discussion: "Example: ronde cron explain '0 2 * * 0' --language fr")

            @Argument(help: "Five fields in quotes, or an alias such as @daily.")
            var expression: String

            @Option(help: "en or fr.")
            var language = "en"

            @Flag(help: "Print JSON: {expression, sentence, cautions}.")
            var json = false

            func validate() throws {
                guard ["en", "fr"].contains(language) else { throw ValidationError("--language takes en or fr.") }
            }

            func run() throws {
                let explanation = try CronCommand.parse(expression)
                    .explanation(in: language == "fr" ? .french : .english)
                if json {
                    struct Shape: Encodable {
                        let expression, sentence: String
                        let cautions: [String]
                    }
                    return try JSONOutput.print(
                        Shape(
                            expression: expression, sentence: explanation.sentence, cautions: explanation.cautions))
                }
                print(explanation.sentence)
                for caution in explanation.cautions { Terminal.say(caution) }
            }
        }

        /// - Throws: ``CommandFailure`` (64) that names the field and points at the wrong part.
        static func parse(_ text: String) throws -> CronExpression {
            do {
                return try CronExpression(parsing: text)
            } catch {
                let shown = PrintableText.of(text, limit: 120)
                let mark = error.offset < 60 ? "\n  \(shown)\n  \(String(repeating: " ", count: error.offset))^" : ""
                throw CommandFailure.usage("\(error)\(mark)")
            }
        }
    }
}
