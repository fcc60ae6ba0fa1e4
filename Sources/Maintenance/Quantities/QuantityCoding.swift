// Quantities travel as the text that people write, so that a report and a request read like the configuration.

/// A quantity that is written and read as one short text.
package protocol TextQuantity: Codable, CustomStringConvertible {
    init(parsing text: String) throws(QuantityError)

    /// The text from which the very same quantity is read; ``description`` may be rounded for people.
    var exactText: String { get }
}

extension TextQuantity {
    package var exactText: String { description }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        do {
            try self.init(parsing: text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(error)")
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(exactText)
    }
}

extension TimeSpan: TextQuantity {}
extension Percentage: TextQuantity {}
extension MeasurementRange: TextQuantity {}

extension ByteSize: TextQuantity {
    package var exactText: String { "\(bytes)B" }
}
