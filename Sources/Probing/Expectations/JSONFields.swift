import Foundation
package import Maintenance

/// What stands in a field of a JSON answer.
package enum FieldValue: Sendable, Hashable, CustomStringConvertible {
    case missing
    /// Neither an array nor an object.
    case scalar(JSONValue)
    case list
    case object
    /// It is there, but Swift has no value for it: broken UTF-8, or a number beyond all bounds.
    case unreadable

    package var isPresent: Bool { self != .missing }

    package var description: String {
        switch self {
        case .missing: "missing"
        case .scalar(let value): value.shown
        case .list: "a list"
        case .object: "an object"
        case .unreadable: "unreadable"
        }
    }
}

/// Some fields of a JSON text, by dotted path.
///
/// Only these become values: an answer may hold many thousands of others.
package struct JSONFields {
    /// The text is no JSON.
    package struct NotJSON: Error {}

    private let values: [String: FieldValue]

    /// - Throws: ``NotJSON``.
    package init(_ paths: Set<String>, of text: [UInt8]) throws(NotJSON) {
        // Not the decoder of Ronde's records, which takes the text "nan" for a number.
        let decoder = JSONDecoder()
        do {
            values = try decoder.decode(Reading.self, from: Data(text), configuration: paths).values
        } catch {
            throw NotJSON()
        }
    }

    package subscript(path: String) -> FieldValue { values[path] ?? .missing }

    private struct Reading: DecodableWithConfiguration {
        let values: [String: FieldValue]

        init(from decoder: any Decoder, configuration paths: Set<String>) throws {
            var values: [String: FieldValue] = [:]
            for path in paths { values[path] = Self.value(at: path[...], in: decoder) }
            self.values = values
        }

        /// A path that leads nowhere is an answer here: the failed attempts only mean "not of this kind".
        private static func value(at path: Substring, in decoder: any Decoder) -> FieldValue {
            if let object = try? decoder.container(keyedBy: FieldKey.self) {
                return value(at: path, in: object)
            }
            if let list = try? decoder.unkeyedContainer() { return value(at: path, in: list) }
            return .missing
        }

        private static func value(
            at path: Substring, in object: KeyedDecodingContainer<FieldKey>
        ) -> FieldValue {
            // A name may hold dots of its own.
            let whole = FieldKey(stringValue: String(path))
            if object.contains(whole) {
                return (try? object.superDecoder(forKey: whole)).map(FieldValue.init(from:)) ?? .unreadable
            }
            let (first, rest) = split(path)
            guard let rest, let inner = try? object.superDecoder(forKey: FieldKey(stringValue: first)) else {
                return .missing
            }
            return value(at: rest, in: inner)
        }

        private static func value(at path: Substring, in list: any UnkeyedDecodingContainer) -> FieldValue {
            let (first, rest) = split(path)
            guard let index = Int(first), index >= 0, index < list.count ?? 0 else { return .missing }
            var list = list
            while list.currentIndex < index {
                guard (try? list.superDecoder()) != nil else { return .missing }
            }
            guard let inner = try? list.superDecoder() else { return .missing }
            return rest.map { value(at: $0, in: inner) } ?? FieldValue(from: inner)
        }

        private static func split(_ path: Substring) -> (first: String, rest: Substring?) {
            let parts = path.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts.first ?? ""), parts.count > 1 ? parts[1] : nil)
        }
    }
}

extension FieldValue {
    /// Looks at what a decoder stands at; the failed attempts only mean "not of this kind".
    init(from decoder: any Decoder) {
        if (try? decoder.container(keyedBy: FieldKey.self)) != nil {
            self = .object
        } else if (try? decoder.unkeyedContainer()) != nil {
            self = .list
        } else {
            self = (try? JSONValue(from: decoder)).map(FieldValue.scalar) ?? .unreadable
        }
    }
}

/// Any name of a member of a JSON object.
struct FieldKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
