/// A pattern for names as the shell has it: `*`, `?` and `[a-z]`; `[!a-z]` for all others.
///
/// A name that begins with a dot fits only a pattern that does so too. Matched in time proportional to name and pattern,
/// however many stars there are.
package struct NamePattern: Hashable, Sendable, CustomStringConvertible {
    private enum Piece: Hashable, Sendable {
        case star
        case one
        case scalar(Unicode.Scalar)
        case set([ClosedRange<Unicode.Scalar>], isNegated: Bool)
    }

    package let description: String
    private let pieces: [Piece]

    package init(_ text: String) {
        description = text
        var pieces: [Piece] = []
        var rest = Substring(text).unicodeScalars[...]
        while let first = rest.popFirst() {
            switch first {
            case "*": if pieces.last != .star { pieces.append(.star) }
            case "?": pieces.append(.one)
            case "\\": pieces.append(.scalar(rest.popFirst() ?? "\\"))
            case "[": pieces.append(Self.bracket(&rest) ?? .scalar("["))
            default: pieces.append(.scalar(first))
            }
        }
        self.pieces = pieces
    }

    /// Whether a text has anything but plain characters in it.
    package static func isPattern(_ text: String) -> Bool { text.contains { "*?[\\".contains($0) } }

    /// The set behind an opening bracket; nil, and nothing taken, where it is never closed.
    private static func bracket(_ rest: inout Substring.UnicodeScalarView.SubSequence) -> Piece? {
        var ahead = rest
        let isNegated = ahead.first == "!" || ahead.first == "^"
        if isNegated { ahead.removeFirst() }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while let low = ahead.popFirst() {
            // A bracket that closes at once is one of the characters.
            if low == "]", !ranges.isEmpty {
                rest = ahead
                return .set(ranges, isNegated: isNegated)
            }
            var high = low
            if ahead.first == "-", let end = ahead.dropFirst().first, end != "]" {
                high = end
                ahead.removeFirst(2)
            }
            if low <= high { ranges.append(low...high) }
        }
        return nil
    }

    /// Whether the whole name fits.
    package func matches(_ name: String) -> Bool {
        if name.unicodeScalars.first == ".", pieces.first != .scalar(".") { return false }
        let scalars = Array(name.unicodeScalars)
        var (piece, index) = (0, 0)
        // Where to go on if the rest does not fit: with the last star taking one more. Earlier ones need no second try.
        var retry: (piece: Int, index: Int)?
        while index < scalars.count {
            if piece < pieces.count, pieces[piece] == .star {
                retry = (piece, index)
                piece += 1
            } else if piece < pieces.count, Self.fits(pieces[piece], scalars[index]) {
                piece += 1
                index += 1
            } else if let last = retry {
                retry = (last.piece, last.index + 1)
                (piece, index) = (last.piece + 1, last.index + 1)
            } else {
                return false
            }
        }
        return pieces[piece...].allSatisfy { $0 == .star }
    }

    private static func fits(_ piece: Piece, _ scalar: Unicode.Scalar) -> Bool {
        switch piece {
        case .star: false
        case .one: true
        case .scalar(let wanted): wanted == scalar
        case .set(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
        }
    }
}
