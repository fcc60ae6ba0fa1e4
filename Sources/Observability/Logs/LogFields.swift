import Foundation
import Logging

/// The metadata of a log event as a flat list of keys and values, in a fixed order.
struct LogFields {
    enum Value: Hashable {
        case text(String)
        /// A number or a truth value, as JSON writes it.
        case bare(String)
    }

    /// Sorted by key; no key twice.
    private(set) var fields: [(key: String, value: Value)] = []

    /// Deeper nesting is written as one text.
    private static let deepest = 4
    /// More fields than a person reads; the rest is counted.
    private static let most = 64

    /// - Parameters:
    ///   - metadata: what the event carries; a dictionary becomes keys with dots, a list keys with numbers.
    ///   - error: becomes the field `error`, where there is none of that name.
    ///   - reserved: keys that the line has already; a field of that name gets a `_` behind it.
    init(_ metadata: Logger.Metadata, error: (any Error)?, reserved: Set<String>) {
        var flat: [String: Value] = [:]
        for (key, value) in metadata { Self.flatten(key, value, depth: 1, into: &flat) }
        if let error, flat["error"] == nil { flat["error"] = .text("\(error)") }
        var taken = reserved
        for (key, value) in flat.sorted(by: { $0.key < $1.key }).prefix(Self.most) {
            var name = key.isEmpty ? "_" : key
            while !taken.insert(name).inserted { name += "_" }
            fields.append((name, value))
        }
        if flat.count > Self.most { fields.append(("fields_left_out", .bare("\(flat.count - Self.most)"))) }
    }

    private static func flatten(
        _ key: String, _ value: Logger.MetadataValue, depth: Int, into flat: inout [String: Value]
    ) {
        switch value {
        case .string(let text): flat[key] = .text(text)
        case .stringConvertible(let value): flat[key] = scalar(value)
        case .dictionary(let inner) where depth < deepest && !inner.isEmpty:
            for (name, value) in inner { flatten("\(key).\(name)", value, depth: depth + 1, into: &flat) }
        case .array(let items) where depth < deepest && !items.isEmpty:
            for (index, value) in items.enumerated() {
                flatten("\(key).\(index)", value, depth: depth + 1, into: &flat)
            }
        case .dictionary, .array: flat[key] = .text("\(value)")
        }
    }

    private static func scalar(_ value: any CustomStringConvertible & Sendable) -> Value {
        switch value {
        case let number as any BinaryInteger: .bare("\(number)")
        case let number as Double where number.isFinite: .bare("\(number)")
        case let truth as Bool: .bare(truth ? "true" : "false")
        default: .text(value.description)
        }
    }
}
