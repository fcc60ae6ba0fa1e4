/// Where mail goes to or comes from: `ops@example.org` or `Ops Team <ops@example.org>`.
package struct MailAddress: Hashable, Sendable, CustomStringConvertible {
    /// The words before the address, on one line; nil where there are none.
    package let name: String?
    /// `local@domain`, in printable ASCII.
    package let address: String

    /// Reads either form.
    ///
    /// Quoted local parts, which almost nobody has, and letters outside ASCII, which many servers refuse, are not taken.
    ///
    /// - Throws: ``QuantityError`` where the text is no such address.
    package init(parsing text: String) throws(QuantityError) {
        let wrong = QuantityError(text: text, expected: "an address such as ops@example.org or Ops <ops@example.org>")
        var address = text[...]
        var name: Substring?
        if let open = text.lastIndex(of: "<") {
            guard text.last == ">" else { throw wrong }
            address = text[text.index(after: open)...].dropLast()
            name = text[..<open]
            while name?.last == " " { name = name?.dropLast() }
            if let words = name, words.count >= 2, words.first == "\"", words.last == "\"" {
                name = words.dropFirst().dropLast()
            }
        }
        guard Self.isAddress(address) else { throw wrong }
        let isOneLine = name?.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: false
            default: true
            }
        }
        guard isOneLine ?? true, (name?.unicodeScalars.count ?? 0) <= 100 else { throw wrong }
        self.address = String(address)
        self.name = name.flatMap { $0.isEmpty ? nil : String($0) }
    }

    // RFC 5321, section 4.1.2 (dot-string and domain), and the limits of section 4.5.3.1.
    private static func isAddress(_ text: Substring) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), (1...255).contains(parts[1].utf8.count) else {
            return false
        }
        let isLocal = parts[0].utf8.allSatisfy { isLetterOrDigit($0) || "!#$%&'*+-/=?^_`{|}~.".utf8.contains($0) }
        let hasDots = parts[0].hasPrefix(".") || parts[0].hasSuffix(".") || parts[0].contains("..")
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        let isDomain = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
        }
        return isLocal && !hasDots && isDomain
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// What stands behind the `@`.
    package var domain: String { String(address.drop { $0 != "@" }.dropFirst()) }

    package var description: String { name.map { "\($0) <\(address)>" } ?? address }
}
