import Foundation
package import Maintenance
package import Networking

/// What is sent with a request, from a checklist's words.
package enum RequestBody {
    private static let limit = 1_000_000

    /// A JSON object as bytes, its members in the order of their names.
    ///
    /// - Throws: ``Mistake`` where it has no place in JSON or is too large.
    package static func json(_ members: [String: JSONValue]) throws(Mistake) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text: Data
        do {
            text = try encoder.encode(JSONValue.object(members))
        } catch {
            throw Mistake("cannot be written as JSON: \(error)")
        }
        return try bounded(Array(text))
    }

    /// The header lines of an entry, and the type of a JSON body where they do not name one.
    ///
    /// - Throws: ``Mistake`` naming the header whose value is no text.
    package static func headers(_ members: [String: JSONValue], isJSON: Bool) throws(Mistake) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .string(let text): headers.append(name: name, value: text)
            case .integer(let number): headers.append(name: name, value: "\(number)")
            case .bool(let value): headers.append(name: name, value: "\(value)")
            case .null, .number, .array, .object: throw Mistake("must be a text; put it in quotes", at: name)
            }
        }
        if isJSON, headers["Content-Type"] == nil {
            headers.append(name: "Content-Type", value: "application/json")
        }
        return headers
    }

    static func bytes(of entry: EndpointEntry, _ method: HTTPMethod) throws(Mistake) -> [UInt8]? {
        let label = entry.body == nil ? "body_text" : "body"
        guard entry.body != nil || entry.bodyText != nil else { return nil }
        guard entry.body == nil || entry.bodyText == nil else {
            throw Mistake("stands beside 'body'; remove one of them", at: "body_text")
        }
        guard method != .get, method != .head else {
            throw Mistake("\(method.rawValue) sends no body; use another method, or remove it", at: label)
        }
        return try located(label) { () throws(Mistake) in
            if let members = entry.body { return try json(members) }
            return try bounded(Array((entry.bodyText ?? "").utf8))
        }
    }

    private static func bounded(_ bytes: [UInt8]) throws(Mistake) -> [UInt8] {
        guard bytes.count <= limit else { throw Mistake("is larger than \(ByteSize(bytes: Int64(limit)))") }
        return bytes
    }
}
