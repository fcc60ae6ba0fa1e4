/// What can name a service, a checklist, a task or a plugin: it stands in file names and commands.
package enum NameRule {
    package static let words = "small letters, digits, '-' and '_', at most 64"
    /// The same as a regular expression.
    package static let pattern = "[a-z0-9_][a-z0-9_-]{0,63}"

    package static func isFit(_ text: String) -> Bool {
        let isGood = text.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
        }
        guard isGood, let first = text.utf8.first, first != 0x2D else { return false }
        return text.utf8.count <= 64
    }
}
