import Maintenance
import PluginKit
import Probing

/// Where a record is: what a note must hold so that a later run finds it.
struct RecordPaths: Sendable, Hashable, Codable {
    /// With `{id}`.
    let record: String
    /// With `{unique}`; nil where nobody can ask for a record whose id is not known.
    let find: String?
    /// Where the answer to `find` has the id.
    let found: String?

    init(_ entry: EndpointsConfiguration.RoundTripEntry, create: String) throws(Mistake) {
        let isUsual = entry.create == nil
        record = entry.record ?? create.prefix { $0 != "?" } + "/" + RoundTripPlan.idMark
        find = entry.find ?? (isUsual ? "/api/users?search=\(RoundTripPlan.uniqueMark)&limit=1" : nil)
        found = entry.found ?? (isUsual ? "users.0.id" : nil)
        guard record.contains(RoundTripPlan.idMark) else {
            throw Mistake("holds no \(RoundTripPlan.idMark)", at: "record")
        }
        if let find, !find.contains(RoundTripPlan.uniqueMark) {
            throw Mistake("holds no \(RoundTripPlan.uniqueMark)", at: "find")
        }
        guard (find == nil) == (found == nil) else {
            throw Mistake("'find' and 'found' belong together; give both or none", at: find == nil ? "find" : "found")
        }
    }

    func record(_ id: RecordID) -> String { record.replacing(RoundTripPlan.idMark, with: id.escaped) }

    func find(_ unique: String) -> String? { find?.replacing(RoundTripPlan.uniqueMark, with: unique) }
}

/// The id that a service gave to a record.
struct RecordID: Sendable, Hashable, Codable, CustomStringConvertible {
    /// As the service wrote it.
    let text: String

    private static let longest = 200

    /// - Returns: nil where the field is no number and no text that can stand in a path.
    init?(_ value: FieldValue) {
        switch value {
        case .scalar(.integer(let number)): text = "\(number)"
        case .scalar(.string(let word)): text = word
        default: return nil
        }
        // '.' and '..' would lead to another path.
        guard !text.utf8.isEmpty, text.utf8.count <= Self.longest, !text.utf8.allSatisfy({ $0 == UInt8(ascii: ".") })
        else { return nil }
    }

    var description: String { Excerpt.of(text, limit: 80) }

    /// As one part of a path.
    var escaped: String {
        text.utf8.map { byte in
            Self.isUnreserved(byte)
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }

    // RFC 3986, section 2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~".utf8.contains(byte)
        }
    }
}
