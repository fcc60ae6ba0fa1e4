import Maintenance
import YAMLDocument

/// Reads `health:` of a service: the path that is asked, or a mapping of `path` and `limit`.
enum HealthReader {
    struct Settings {
        var path: String?
        /// How long the service may take to be well.
        var limit: TimeSpan?
    }

    /// Longer than any start, and short enough that a typing error does not hold a restore up for a month.
    private static let longest = TimeSpan(.seconds(86_400))

    static func read(_ reader: ValueReader) -> Settings? {
        guard case .mapping = reader.node.kind else {
            return reader.value(requestPath).map { Settings(path: $0, limit: nil) }
        }
        return reader.mapping { map in
            let path = map.optional("path")?.value(requestPath)
            return Settings(path: path, limit: map.optional("limit")?.value(limit))
        }
    }

    /// What follows the address of the service in a request.
    private static func requestPath(_ text: String) throws -> String {
        guard text.hasPrefix("/"), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw ValueFault("\(excerpt(text)) is no path of a service, such as /api/health")
        }
        return text
    }

    private static func limit(_ text: String) throws -> TimeSpan {
        let span = try TimeSpan(parsing: text)
        guard span.duration > .zero, span <= longest else {
            throw ValueFault("\(excerpt(text)) is no limit for a service to be well: more than nothing, at most 1d")
        }
        return span
    }
}
