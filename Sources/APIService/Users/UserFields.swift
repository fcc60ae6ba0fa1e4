import Foundation

/// What a client may say about a user: either field may be left out, and both are valid if they are there.
package struct UserFields: Hashable, Sendable {
    /// 1 to 100 Unicode scalars on one line.
    package let name: String?
    /// An address of at most 254 bytes.
    package let email: String?

    /// The limits of a field: the length of a name in Unicode scalars, of an address in bytes as in RFC 5321.
    static let longestName = 100
    static let longestEmail = 254
    static let longestLocalPart = 64

    /// Takes both fields, without the blanks around them.
    /// - Throws: ``UserFieldsError``, where a field is empty, too long or no address.
    package init(name: String?, email: String?) throws(UserFieldsError) {
        if let name { self.name = try Self.checkedName(name) } else { self.name = nil }
        if let email { self.email = try Self.checkedEmail(email) } else { self.email = nil }
    }

    /// Reads the JSON object of a request; `null` is the same as leaving a field out, further members are ignored.
    /// - Throws: ``UserFieldsError``, where the text is no JSON object of texts or a field is not valid.
    init(json: Data) throws(UserFieldsError) {
        guard !json.isEmpty else { throw .noBody }
        let document: Document
        do {
            document = try JSONDecoder().decode(Document.self, from: json)
        } catch DecodingError.typeMismatch(_, let context) {
            guard let field = context.codingPath.first else { throw .notAnObject }
            throw .notAText(field: field.stringValue)
        } catch DecodingError.valueNotFound {
            throw .notAnObject
        } catch {
            throw .notJSON
        }
        try self.init(name: document.name, email: document.email)
    }

    private struct Document: Decodable {
        let name: String?
        let email: String?
    }

    private static func checkedName(_ text: String) throws(UserFieldsError) -> String {
        let name = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !name.isEmpty else { throw .empty(field: "name") }
        guard name.unicodeScalars.count <= longestName else {
            throw .tooLong(field: "name", limit: longestName, unit: "characters")
        }
        guard !name.unicodeScalars.contains(where: \.breaksALine) else { throw .controlCharacter(field: "name") }
        return name
    }

    private static func checkedEmail(_ text: String) throws(UserFieldsError) -> String {
        let email = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !email.isEmpty else { throw .empty(field: "email") }
        guard email.utf8.count <= longestEmail else {
            throw .tooLong(field: "email", limit: longestEmail, unit: "bytes")
        }
        guard !email.unicodeScalars.contains(where: \.breaksALine) else { throw .controlCharacter(field: "email") }
        let parts = email.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, isLocalPart(parts[0]), isDomain(parts[1]) else { throw .notAnAddress }
        return email
    }

    /// The unquoted form of RFC 5321, with letters of every script as in RFC 6531.
    private static func isLocalPart(_ text: Substring) -> Bool {
        guard (1...longestLocalPart).contains(text.utf8.count), !text.hasPrefix("."), !text.hasSuffix("."),
            !text.contains("..")
        else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                ? scalar.isASCIILetterOrDigit || "!#$%&'*+-/=?^_`{|}~.".unicodeScalars.contains(scalar)
                : !scalar.properties.isWhitespace
        }
    }

    private static func isDomain(_ text: Substring) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2 else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.unicodeScalars.allSatisfy { scalar in
                    scalar.isASCII
                        ? scalar.isASCIILetterOrDigit || scalar == "-"
                        : scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                            || scalar.properties.generalCategory == .nonspacingMark
                }
        }
    }
}

extension Unicode.Scalar {
    /// Control characters (NUL among them) and separators of lines: nothing that a name or an address has a use for.
    var breaksALine: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    fileprivate var isASCIILetterOrDigit: Bool {
        switch self {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: false
        }
    }
}

/// Why what a client said about a user cannot be taken.
package enum UserFieldsError: Error, Hashable, CustomStringConvertible {
    case noBody
    case notJSON
    case notAnObject
    case notAText(field: String)
    case missing(fields: [String])
    case empty(field: String)
    case tooLong(field: String, limit: Int, unit: String)
    case controlCharacter(field: String)
    case notAnAddress

    package var description: String {
        switch self {
        case .noBody: #"the request has no body; send {"name": "…", "email": "…"}"#
        case .notJSON: "the body is not valid JSON in UTF-8"
        case .notAnObject: #"the body is not a JSON object; send {"name": "…", "email": "…"}"#
        case .notAText(let field): "\(field) is not a text"
        case .missing(let fields):
            "\(fields.joined(separator: " and ")) \(fields.count == 1 ? "is" : "are") missing"
        case .empty(let field): "\(field) is empty"
        case .tooLong(let field, let limit, let unit): "\(field) is longer than \(limit) \(unit)"
        case .controlCharacter(let field): "\(field) contains a control character or a line break"
        case .notAnAddress: "email is not an address such as ada@example.org"
        }
    }
}
