import Foundation

/// Turns the labels of a check into names of measurements: small letters, digits, `_`, `-` and `.`, no name twice.
struct MeasurementNames: Sendable {
    private static let longest = 80
    private var taken: Set<String> = []

    /// The name for the next label.
    mutating func name(for label: String) -> String {
        let name = Self.plain(label)
        var unique = name
        var number = 2
        while !taken.insert(unique).inserted {
            unique = "\(name)_\(number)"
            number += 1
        }
        return unique
    }

    /// `/var/lib` is `var_lib`, `Größe (MB)` is `grosse_mb`, and the root of all files has a name of its own.
    private static func plain(_ label: String) -> String {
        if label == "/" { return "root" }
        let folded = label.replacing("ß", with: "ss").folding(
            options: [.diacriticInsensitive, .caseInsensitive], locale: nil)
        let words = folded.split { !isKept($0) }.joined(separator: "_")
        let name = words.prefix(longest).drop { "_-.".contains($0) }
        let end = name.lastIndex { !"_-.".contains($0) }
        return end.map { String(name[...$0]) } ?? "value"
    }

    private static func isKept(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "_-.".contains(character))
    }
}
