import Foundation
import Maintenance

/// Takes secrets out of words that are shown or stored.
struct SecretMask: Sendable {
    private var secrets: [String] = []

    /// Shorter pieces would mask what is no secret.
    private static let shortest = 4

    mutating func add(_ secret: Secret) {
        add(secret.text)
        // As it goes over the wire, and may come back in an answer.
        add(Data(secret.text.utf8).base64EncodedString())
        add(secret.text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
    }

    /// Masks a URL that is a secret, all of it but scheme and host.
    mutating func add(url secret: Secret) {
        add(secret.text)
        let rest = secret.text.split(separator: "://", maxSplits: 1).last ?? ""
        guard let slash = rest.firstIndex(where: { "/?#".contains($0) }) else { return }
        let path = rest[slash...]
        add(String(path.dropFirst()))
        for part in path.split(whereSeparator: { "/?#&=".contains($0) }) where part.utf8.count >= 8 {
            add(String(part))
        }
    }

    private mutating func add(_ text: String) {
        guard text.utf8.count >= Self.shortest, !secrets.contains(text) else { return }
        secrets.append(text)
        // A long one may hold a short one.
        secrets.sort { $0.utf8.count > $1.utf8.count }
    }

    func mask(_ words: String) -> String {
        secrets.reduce(words) { $0.replacing($1, with: "***") }
    }
}
