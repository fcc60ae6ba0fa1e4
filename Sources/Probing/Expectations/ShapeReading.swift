import Foundation
import PluginKit
import Maintenance

extension JSONShape {
    /// More differences than this are not looked for.
    static let mostDifferences = 5

    /// Where a JSON text is not like this: `users.0.id is "7" (wanted a whole number)`, the first few.
    ///
    /// - Throws: `JSONFields.NotJSON`.
    package func differences(in text: [UInt8]) throws(JSONFields.NotJSON) -> [String] {
        do {
            return try JSONDecoder().decode(ShapeReading.self, from: Data(text), configuration: self).differences
        } catch {
            throw JSONFields.NotJSON()
        }
    }
}

/// Goes through a JSON text along a shape.
///
/// Values are asked for as what they should be: of an answer that is right, however large, nothing is tried in vain.
private struct ShapeReading: DecodableWithConfiguration {
    private(set) var differences: [String] = []

    private var isFull: Bool { differences.count >= JSONShape.mostDifferences }

    init(from decoder: any Decoder, configuration shape: JSONShape) throws {
        compare(decoder, shape, at: "")
    }

    private mutating func compare(_ decoder: any Decoder, _ shape: JSONShape, at path: String) {
        if shape.isOptional, Self.isNull(decoder) { return }
        let fits: Bool
        switch shape.form {
        case .kind(let kind): fits = Self.is(decoder, kind)
        case .list(let item): fits = compareItems(decoder, item, at: path)
        case .object(let members): fits = compareMembers(decoder, members, at: path)
        }
        if !fits { add(path, "\(FieldValue(from: decoder))", shape) }
    }

    /// - Returns: false where there is no list.
    private mutating func compareItems(_ decoder: any Decoder, _ shape: JSONShape, at path: String) -> Bool {
        guard var list = try? decoder.unkeyedContainer() else { return false }
        while !list.isAtEnd, !isFull {
            let index = list.currentIndex
            // An item that cannot be stood at cannot be passed either.
            guard let item = try? list.superDecoder() else { break }
            compare(item, shape, at: Self.joined(path, "\(index)"))
        }
        return true
    }

    /// - Returns: false where there is no object.
    private mutating func compareMembers(
        _ decoder: any Decoder, _ members: [JSONShape.Member], at path: String
    ) -> Bool {
        guard let object = try? decoder.container(keyedBy: FieldKey.self) else { return false }
        for member in members where !isFull {
            let key = FieldKey(stringValue: member.name)
            let place = Self.joined(path, member.name)
            if let inner = try? object.contains(key) ? object.superDecoder(forKey: key) : nil {
                compare(inner, member.shape, at: place)
            } else if !member.shape.isOptional {
                add(place, "missing", member.shape)
            }
        }
        return true
    }

    private mutating func add(_ path: String, _ found: String, _ shape: JSONShape) {
        let place = path.isEmpty ? "it" : Excerpt.of(path, limit: 80)
        differences.append("\(place) is \(found) (wanted \(shape.words))")
    }

    private static func joined(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    private static func isNull(_ decoder: any Decoder) -> Bool {
        (try? decoder.singleValueContainer())?.decodeNil() ?? false
    }

    private static func `is`(_ decoder: any Decoder, _ kind: JSONShape.Kind) -> Bool {
        switch kind {
        case .any: return true
        case .null: return isNull(decoder)
        case .object: return (try? decoder.container(keyedBy: FieldKey.self)) != nil
        case .list: return (try? decoder.unkeyedContainer()) != nil
        case .string: return holds(decoder, String.self)
        case .boolean: return holds(decoder, Bool.self)
        case .integer: return holds(decoder, Int64.self) || holds(decoder, UInt64.self)
        case .number: return holds(decoder, Double.self)
        }
    }

    private static func holds<Value: Decodable>(_ decoder: any Decoder, _ type: Value.Type) -> Bool {
        (try? decoder.singleValueContainer().decode(type)) != nil
    }
}
