import Foundation
import Maintenance

/// Text in the forms that mail knows.
enum MailText {
    /// `Sun, 22 Nov 2026 02:00:04 +0100` (RFC 5322, section 3.3).
    static func date(_ date: Date, _ timeZone: TimeZone) -> String {
        // The offsets of old had seconds, which no date of mail can say.
        let minutes = Int((Double(timeZone.secondsFromGMT(for: date)) / 60).rounded())
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(secondsFromGMT: minutes * 60) ?? .gmt
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second, .weekday], from: date)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = days[max((parts.weekday ?? 1) - 1, 0)]
        let month = months[max((parts.month ?? 1) - 1, 0)]
        let time = String(format: "%02d:%02d:%02d", parts.hour ?? 0, parts.minute ?? 0, parts.second ?? 0)
        let offset = String(
            format: "%@%02d%02d", minutes < 0 ? "-" : "+", minutes.magnitude / 60, minutes.magnitude % 60)
        return "\(day), \(parts.day ?? 1) \(month) \(String(format: "%04d", parts.year ?? 1970)) \(time) \(offset)"
    }

    /// An address with its name, quoted or encoded where it must be.
    static func address(_ address: MailAddress) -> String {
        guard let name = address.name else { return address.address }
        let isAtoms = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || " !#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
        }
        if isPlain(name), isAtoms { return "\(name) <\(address.address)>" }
        if isPlain(name) {
            let quoted = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return "\"\(quoted)\" <\(address.address)>"
        }
        return "\(encodedWords(name).joined(separator: " ")) <\(address.address)>"
    }

    /// A header's text for people, folded; as encoded words (RFC 2047) where it is not plain.
    ///
    /// So many characters as `after` says stand before it on its line.
    static func unstructured(_ text: String, after: Int) -> String {
        let line = oneLine(text)
        guard isPlain(line) else { return encodedWords(line).joined(separator: "\r\n ") }
        return String(folded(String(repeating: "x", count: after) + line).dropFirst(after))
    }

    /// Breaks a header at its blanks into lines of 78 characters where it can be.
    static func folded(_ text: String) -> String {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, line.utf8.count + 1 + word.utf8.count > 78 {
                lines.append(line)
                line = String(word)
            } else {
                line += lines.isEmpty && line.isEmpty ? String(word) : " " + word
            }
        }
        return (lines + [line]).joined(separator: "\r\n ")
    }

    /// No character that would end the header or begin another.
    private static func oneLine(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(400) {
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate: line.append(" ")
            default: line.append(scalar)
            }
        }
        return String(line)
    }

    /// Whether it can stand as it is: printable ASCII, and nothing that looks like an encoded word.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?")
            && !text.split(separator: " ").contains { $0.utf8.count > 70 } && !text.contains("  ")
            && text.first != " " && text.last != " "
    }

    /// Encoded words of at most 75 characters, each of whole characters.
    private static func encodedWords(_ text: String) -> [String] {
        var words: [String] = []
        var bytes: [UInt8] = []
        for scalar in oneLine(text).unicodeScalars {
            let next = Array(String(scalar).utf8)
            if bytes.count + next.count > 45 {
                words.append(word(bytes))
                bytes = []
            }
            bytes += next
        }
        return words + (bytes.isEmpty ? [] : [word(bytes)])
    }

    private static func word(_ bytes: [UInt8]) -> String { "=?utf-8?B?\(Data(bytes).base64EncodedString())?=" }

    /// A body in lines that end with CR and LF, as it is where it is plain, else quoted-printable (RFC 2045, section 6.7).
    struct Body {
        let encoding: String
        let text: String

        init(_ text: String) {
            // By scalars, as CR and LF together are one character.
            var lines = [""]
            for scalar in text.unicodeScalars {
                if scalar == "\n" {
                    lines.append("")
                } else if scalar != "\r" {
                    lines[lines.count - 1].unicodeScalars.append(scalar == "\0" ? "\u{FFFD}" : scalar)
                }
            }
            if lines.last == "" { lines.removeLast() }
            let isPlain = lines.allSatisfy { line in
                line.utf8.count <= 300 && line.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 }
            }
            encoding = isPlain ? "7bit" : "quoted-printable"
            self.text = lines.map { (isPlain ? $0 : Self.quoted($0)) + "\r\n" }.joined()
        }

        private static func quoted(_ line: String) -> String {
            let bytes = Array(line.utf8)
            var text = ""
            var column = 0
            for (index, byte) in bytes.enumerated() {
                let isLast = index == bytes.count - 1
                let isBlank = byte == 0x20 || byte == 0x09
                let isPlain = (0x21...0x7E).contains(byte) && byte != 0x3D || isBlank && !isLast
                let piece =
                    isPlain
                    ? String(UnicodeScalar(byte))
                    : "=" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
                if column + piece.utf8.count > (isLast ? 76 : 75) {
                    text += "=\r\n"
                    column = 0
                }
                text += piece
                column += piece.utf8.count
            }
            return text
        }
    }
}
