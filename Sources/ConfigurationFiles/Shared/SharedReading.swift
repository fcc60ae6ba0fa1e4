import Foundation
import Maintenance
import SystemPackage
import YAMLDocument

// What is read in the same way in every kind of file.

extension ValueReader {
    /// A name that can stand in file names and commands: small letters, digits, `-` and `_`.
    func name(of kind: String) -> String? {
        value { text in
            guard NameRule.isFit(text) else {
                throw ValueFault("\(excerpt(text)) cannot name a \(kind): use \(NameRule.words)")
            }
            return text
        }
    }

    /// A text for people that fits a heading: one line, and no characters that reorder what stands around it.
    func title() -> String? {
        value { text in
            guard text.unicodeScalars.count <= 200 else { throw ValueFault("it has more than 200 characters") }
            for (offset, scalar) in text.unicodeScalars.enumerated() where scalar.isUnfitForTitles {
                let code = String(scalar.value, radix: 16, uppercase: true)
                let padding = String(repeating: "0", count: max(0, 4 - code.count))
                throw ValueFault("a title is one line and has no invisible U+\(padding)\(code)", offset: offset)
            }
            return text
        }
    }

    /// A path, absolute or from `folder`.
    func path(from folder: FilePath) -> FilePath? {
        value { text in
            guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
                throw ValueFault("a path cannot hold control characters")
            }
            guard !text.hasPrefix("~") else {
                throw ValueFault("\(excerpt(text)): '~' is not expanded; write the path from '/' or from this file")
            }
            // Before it becomes a path, as that takes long for a long text. Linux: PATH_MAX with its NUL, and NAME_MAX.
            let isShort =
                text.utf8.count < 4096 && text.utf8.split(separator: UInt8(ascii: "/")).allSatisfy { $0.count <= 255 }
            let path = isShort ? ConfigurationLocator.absolute(text, from: folder) : nil
            guard let path, path.string.utf8.count < 4096 else {
                throw ValueFault("\(excerpt(text)) is longer than a path or a name in it can be")
            }
            return path
        }
    }

    /// A length of time that is not nothing.
    func positiveTimeSpan() -> TimeSpan? {
        value { text in
            let span = try TimeSpan(parsing: text)
            guard span.duration > .zero else { throw ValueFault("\(excerpt(text)) must be longer than nothing") }
            return span
        }
    }

    /// A time zone by its IANA name.
    func timeZone() -> TimeZone? {
        value { text in
            guard text.utf8.count <= 64 else { throw ValueFault("\(excerpt(text)) is no time zone") }
            // 'GMT+2' means two opposite things in POSIX and elsewhere, and no offset knows of daylight saving.
            let isOffset = (text.hasPrefix("GMT") || text.hasPrefix("UTC")) && text.utf8.count > 3
            if !isOffset, text.utf8.first.map(Self.isLetter) == true, !Self.isAmbiguous(text),
                let zone = TimeZone(identifier: text)
            {
                return zone
            }
            let place = Self.isAmbiguous(text) ? TimeZone.abbreviationDictionary[text] : nil
            throw ValueFault(
                "\(excerpt(text)) is no time zone; use a name such as Europe/Paris or UTC",
                suggestion: place ?? Suggestion.didYouMean(text, among: TimeZone.knownTimeZoneIdentifiers))
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// Whether the text is an abbreviation, which several zones share, and not also the name of a zone with its rules.
    private static func isAmbiguous(_ text: String) -> Bool {
        let zones: Set = ["UTC", "GMT", "CET", "EET", "MET", "WET"]
        return TimeZone.abbreviationDictionary[text] != nil && !zones.contains(text)
    }
}

extension MistakeCollector {
    /// How many mistakes were met, those that are not kept included.
    var total: Int { isEmpty ? 0 : mistakes.count + omitted }
}

extension MappingReader {
    /// Whether the key has a value, be it a faulty one; an explicit `null` is none.
    func isGiven(_ key: String) -> Bool {
        guard let node = whole.node[key] else { return false }
        if node.isNull, case .scalar(let scalar) = node.kind { return scalar.text.isEmpty }
        return true
    }

    /// Whether an absent key seems to be there, mistyped: that it is missing need not be said then.
    func isMistyped(_ key: String, known: Set<String>) -> Bool {
        guard !has(key), case .mapping(let entries) = whole.node.kind else { return false }
        return entries.contains { !known.contains($0.name) && Suggestion.didYouMean($0.name, among: [key]) != nil }
    }

    /// Whether there are keys other than these.
    func hasKeys(otherThan known: Set<String>) -> Bool {
        guard case .mapping(let entries) = whole.node.kind else { return false }
        return entries.contains { !known.contains($0.name) }
    }
}

extension Unicode.Scalar {
    fileprivate var isUnfitForTitles: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
        }
    }
}
