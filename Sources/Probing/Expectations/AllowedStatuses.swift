package import Maintenance

/// The statuses that are well, as a checklist writes them: `200`, `2xx`, `200, 204`.
package struct AllowedStatuses: Sendable, Hashable, CustomStringConvertible {
    private let ranges: [ClosedRange<Int>]
    package let description: String

    static let ok = AllowedStatuses(ranges: [200...200], words: ["200"])

    private init(ranges: [ClosedRange<Int>], words: [String]) {
        self.ranges = ranges
        description = words.joined(separator: " or ")
    }

    /// - Throws: ``Mistake`` where it is no list of statuses.
    package init(_ value: JSONValue) throws(Mistake) {
        let text: String
        switch value {
        case .integer(let number): text = "\(number)"
        case .string(let written): text = written
        default: throw Mistake("must be a text such as 200, 2xx or \"200, 204\"")
        }
        var ranges: [ClosedRange<Int>] = []
        var words: [String] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let word = String(part.drop { $0 == " " }.prefix { $0 != " " })
            guard let range = Self.range(word) else {
                throw Mistake("'\(word)' is no status; write it as 200, 2xx or \"200, 204\"")
            }
            ranges.append(range)
            words.append(word)
        }
        self.init(ranges: ranges, words: words)
    }

    package func contains(_ status: Int) -> Bool { ranges.contains { $0.contains(status) } }

    private static func range(_ word: String) -> ClosedRange<Int>? {
        if let number = Int(word), (100...599).contains(number) { return number...number }
        guard word.utf8.count == 3, word.hasSuffix("xx"), let digit = word.first?.wholeNumberValue,
            (1...5).contains(digit)
        else { return nil }
        return digit * 100...digit * 100 + 99
    }
}
