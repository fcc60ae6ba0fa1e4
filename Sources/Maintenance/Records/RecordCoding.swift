package import Foundation

/// How Ronde's records are written as JSON: snake-case keys in a fixed order, instants as ``InstantText``.
package enum RecordCoding {
    /// An encoder whose instants carry the offset of `timeZone`, to the millisecond.
    package static func encoder(timeZone: TimeZone = .gmt, indented: Bool = false) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if indented { encoder.outputFormatting.insert(.prettyPrinted) }
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        encoder.dateEncodingStrategy = .custom { date, encoder in
            var container = encoder.singleValueContainer()
            let isWhole = date.timeIntervalSince1970.truncatingRemainder(dividingBy: 1) == 0
            try container.encode(InstantText.format(date, in: timeZone, milliseconds: !isWhole))
        }
        return encoder
    }

    /// A decoder for what ``encoder(timeZone:indented:)`` writes.
    package static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let date = InstantText.parse(text) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(text)' is no instant")
            }
            return date
        }
        return decoder
    }

    /// What a decoding error says, in words: the path of keys and the problem.
    package static func explain(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty
                ? "" : path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".") + ": "
        }
        switch error {
        case .keyNotFound(let key, let context): return place(context.codingPath) + "'\(key.stringValue)' is missing"
        case .valueNotFound(_, let context): return place(context.codingPath) + "a value is missing"
        case .typeMismatch(_, let context), .dataCorrupted(let context):
            // Its sentences end with a stop; the one that this goes into has its own.
            let words = context.debugDescription
            return place(context.codingPath) + (words.hasSuffix(".") ? String(words.dropLast()) : words)
        @unknown default: return "\(error)"
        }
    }
}
