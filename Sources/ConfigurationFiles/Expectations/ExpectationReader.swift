import Cron
import Foundation
import Maintenance
import SystemPackage
import YAMLDocument

/// Reads `expects:`, what other jobs are to ping: a mapping of names to `key`, `schedule` or `every`, and `grace`.
struct ExpectationReader {
    /// Where relative paths start.
    let folder: FilePath
    /// The zone of a schedule that names none.
    let timeZone: TimeZone
    /// The instant after which a schedule must still fire.
    let now: Date

    /// A rhythm or a grace beyond this is a typing error.
    private static let longest = TimeSpan(.seconds(366 * 86_400))

    /// - Parameters:
    ///   - reader: of the value of `expects`.
    ///   - hasEndpoint: whether pings can come in at all, or a mistake says why not.
    /// - Returns: in file order; those with mistakes are left out.
    func read(_ reader: ValueReader, hasEndpoint: Bool) -> [Expectation] {
        let entries = reader.entries { key, value -> Expectation? in
            let name = key.name(of: "job to expect")
            let expectation = value.mapping { read($0, name: name ?? "") }
            return name == nil ? nil : expectation
        }
        if !hasEndpoint, entries?.isEmpty == false {
            reader.mistake("no ping could come in: say where to listen, as in 'endpoint: {listen: 127.0.0.1:7353}'")
        }
        return entries?.map(\.value) ?? []
    }

    private func read(_ map: MappingReader, name: String) -> Expectation? {
        let title = map.optional("title")?.title()
        let key = map.required("key").flatMap { SecretReader(folder: folder).read($0) }
        let schedule = map.optional("schedule").flatMap(readSchedule)
        let every = map.optional("every")?.value { Rhythm.every(try Self.span($0)) }
        let grace = map.optional("grace")?.value(Self.span)
        guard map.isGiven("schedule") != map.isGiven("every") else {
            map.whole.mistake("say when a ping is expected: 'schedule' or 'every', exactly one of them")
            return nil
        }
        guard let key, let rhythm = schedule ?? every else { return nil }
        return Expectation(
            name: name, title: title ?? name, key: key, rhythm: rhythm, grace: grace ?? Expectation.usualGrace)
    }

    private static func span(_ text: String) throws -> TimeSpan {
        let span = try TimeSpan(parsing: text)
        guard span.duration >= .seconds(1), span <= longest else {
            throw ValueFault("\(excerpt(text)) is not from 1s to 366d")
        }
        return span
    }

    /// A mapping of `cron` and perhaps `timezone`, or just a cron expression.
    private func readSchedule(_ reader: ValueReader) -> Rhythm? {
        guard case .mapping = reader.node.kind else { return rhythm(reader, in: timeZone) }
        return reader.mapping { map in
            let cron = map.required("cron")
            let zone = map.optional("timezone").map { $0.timeZone() } ?? (map.isGiven("timezone") ? nil : timeZone)
            return cron.flatMap { rhythm($0, in: zone) }
        }
    }

    /// A zone that could not be read is nil; then only the expression is checked.
    private func rhythm(_ reader: ValueReader, in zone: TimeZone?) -> Rhythm? {
        let expression = reader.value { text in
            do throws(CronSyntaxError) {
                return try CronExpression(parsing: text)
            } catch {
                throw ValueFault(error.description, offset: error.offset)
            }
        }
        guard let expression, let zone else { return nil }
        guard CronSchedule(expression, timeZone: zone).next(after: now) != nil else {
            reader.mistake("'\(expression)' never fires in \(zone.identifier)")
            return nil
        }
        return .cron(expression, zone)
    }
}
