/// Guesses which of a few known words was meant.
package enum Suggestion {
    /// Nobody mistypes a longer word; comparing it would only take time.
    private static let longestWord = 48

    /// The word of `known` nearest to `text`; nil where none is near enough to be a slip of the fingers.
    ///
    /// Case, `-`, `_` and blanks do not count. Otherwise one edit (a character added, left out, changed, or two
    /// neighbours swapped) is allowed for each three characters; and a beginning that only one word has will do.
    package static func didYouMean(_ text: String, among known: [String]) -> String? {
        let wanted = folded(text)
        guard !wanted.isEmpty, wanted.count <= longestWord, !known.contains(text) else { return nil }
        var best: (word: String, distance: Int)?
        for word in known {
            let candidate = folded(word)
            let allowed = candidate.isEmpty ? -1 : min(max(wanted.count, candidate.count) / 3, 4)
            let limit = min(allowed, (best?.distance ?? Int.max) - 1)
            guard candidate.count <= longestWord, limit >= 0, abs(candidate.count - wanted.count) <= limit else {
                continue
            }
            let distance = editDistance(wanted, candidate)
            if distance <= limit { best = (word, distance) }
        }
        return best?.word ?? onlyWord(beginningWith: wanted, in: known)
    }

    private static func onlyWord(beginningWith start: [Unicode.Scalar], in known: [String]) -> String? {
        guard start.count >= 3 else { return nil }
        let matches = known.filter { folded($0).starts(with: start) }
        return matches.count == 1 ? matches[0] : nil
    }

    private static func folded(_ text: String) -> [Unicode.Scalar] {
        // One more than the longest word: enough to see that it is too long.
        text.unicodeScalars.prefix(4 * longestWord).map { $0.properties.lowercaseMapping.unicodeScalars.first ?? $0 }
            .filter { $0 != "-" && $0 != "_" && $0 != " " }
    }

    /// The restricted Damerau-Levenshtein distance (optimal string alignment).
    private static func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...second.count)
        for row in 0..<first.count {
            var current = [row + 1]
            for column in 0..<second.count {
                let change = last[column] + (first[row] == second[column] ? 0 : 1)
                var best = min(change, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[second.count]
    }
}
