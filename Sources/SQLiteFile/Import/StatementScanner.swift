import Glibc

/// Finds where statements of SQL end, byte by byte, as SQLite's own tokens and triggers have it.
///
/// A semicolon ends a statement unless it is in a literal, a name or a comment, or in the body of a trigger, which ends
/// with `; END ;` only: the END of a CASE never follows a semicolon (sqlite.org/c3ref/complete.html).
struct StatementScanner {
    enum Token { case semicolon, word(Word), other }
    enum Word { case create, temporary, trigger, explain, end, other }

    private enum Shape { case start, plain, explain, create, trigger, triggerSemicolon, triggerEnd }
    private enum Place { case code, quoted(UInt8), lineComment, blockComment }

    private var shape = Shape.start
    private var place = Place.code
    /// Where scanning goes on.
    private(set) var position = 0
    /// Where the statement's first token is; nil while there was only space and comments.
    private(set) var firstToken: Int?

    /// Goes on to the end of a statement.
    ///
    /// - Parameters:
    ///   - bytes: from the start of the statement on.
    ///   - count: how many there are.
    ///   - isLast: whether no more bytes will come.
    /// - Returns: where the statement ends, behind its semicolon; nil if more bytes are needed.
    mutating func scan(_ bytes: UnsafePointer<UInt8>, count: Int, isLast: Bool) -> Int? {
        while position < count {
            switch place {
            case .quoted(let quote):
                guard let found = memchr(bytes + position, Int32(quote), count - position) else {
                    position = count
                    return nil
                }
                // A doubled quote ends one literal and begins the next, which comes to the same.
                position = UnsafeRawPointer(found) - UnsafeRawPointer(bytes) + 1
                place = .code
            case .lineComment:
                guard let found = memchr(bytes + position, 0x0A, count - position) else {
                    position = count
                    return nil
                }
                position = UnsafeRawPointer(found) - UnsafeRawPointer(bytes) + 1
                place = .code
            case .blockComment:
                guard skipBlockComment(bytes, count: count) else { return nil }
            case .code:
                guard let token = nextToken(bytes, count: count, isLast: isLast) else { return nil }
                guard let token = token.token else { continue }
                if note(token) { return position }
            }
        }
        return nil
    }

    /// Starts with the next statement, whose first byte is now at 0.
    mutating func restart() { self = StatementScanner() }

    private mutating func skipBlockComment(_ bytes: UnsafePointer<UInt8>, count: Int) -> Bool {
        while let found = memchr(bytes + position, 0x2A, count - position) {
            let star = UnsafeRawPointer(found) - UnsafeRawPointer(bytes)
            guard star + 1 < count else {
                position = star
                return false
            }
            position = star + 1
            guard bytes[star + 1] == 0x2F else { continue }
            position = star + 2
            place = .code
            return true
        }
        position = count
        return false
    }

    /// Reads a token and moves behind it; a token of nil is space or the beginning of a comment.
    ///
    /// - Returns: nil if more bytes are needed to know: a dash or a word at the end may go on in the next ones.
    private mutating func nextToken(
        _ bytes: UnsafePointer<UInt8>, count: Int, isLast: Bool
    ) -> (token: Token?, Void)? {
        let byte = bytes[position]
        let next = position + 1 < count ? bytes[position + 1] : nil
        switch byte {
        case 0x20, 0x09, 0x0A, 0x0C, 0x0D:
            position += 1
            return (nil, ())
        case UInt8(ascii: "-"), UInt8(ascii: "/"):
            guard let next else { return isLast ? one(.other) : nil }
            let isComment = next == (byte == 0x2D ? 0x2D : 0x2A)
            guard isComment else { return one(.other) }
            position += 2
            place = byte == 0x2D ? .lineComment : .blockComment
            return (nil, ())
        case UInt8(ascii: ";"): return one(.semicolon)
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"):
            place = .quoted(byte)
            return one(.other)
        case UInt8(ascii: "["):
            place = .quoted(UInt8(ascii: "]"))
            return one(.other)
        default:
            guard Self.isWordByte(byte) else { return one(.other) }
            var end = position + 1
            while end < count, Self.isWordByte(bytes[end]) { end += 1 }
            guard end < count || isLast else { return nil }
            let word = Self.word(UnsafeBufferPointer(start: bytes + position, count: end - position))
            noteFirst()
            position = end
            return (.word(word), ())
        }
    }

    private mutating func one(_ token: Token) -> (token: Token?, Void) {
        noteFirst()
        position += 1
        return (token, ())
    }

    private mutating func noteFirst() { if firstToken == nil { firstToken = position } }

    /// - Returns: whether the statement ends here.
    private mutating func note(_ token: Token) -> Bool {
        switch (shape, token) {
        case (.trigger, .semicolon), (.triggerSemicolon, .semicolon): shape = .triggerSemicolon
        case (_, .semicolon): return true
        case (.triggerSemicolon, .word(.end)): shape = .triggerEnd
        case (.trigger, _), (.triggerSemicolon, _), (.triggerEnd, _): shape = .trigger
        case (.start, .word(.explain)): shape = .explain
        case (.start, .word(.create)), (.explain, .word(.create)): shape = .create
        case (.explain, .word): break  // QUERY PLAN
        case (.create, .word(.temporary)): break
        case (.create, .word(.trigger)): shape = .trigger
        default: shape = .plain
        }
        return false
    }

    /// Letters, digits, `_`, `$` and whatever is not ASCII.
    static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x24, 0x80...0xFF: true
        default: false
        }
    }

    private static func word(_ bytes: UnsafeBufferPointer<UInt8>) -> Word {
        func matches(_ word: StaticString) -> Bool {
            guard bytes.count == word.utf8CodeUnitCount else { return false }
            return bytes.indices.allSatisfy { bytes[$0] | 0x20 == word.utf8Start[$0] }
        }
        guard (3...9).contains(bytes.count) else { return .other }
        switch bytes[0] | 0x20 {
        case UInt8(ascii: "c") where matches("create"): return .create
        case UInt8(ascii: "t") where matches("temp") || matches("temporary"): return .temporary
        case UInt8(ascii: "t") where matches("trigger"): return .trigger
        case UInt8(ascii: "e") where matches("explain"): return .explain
        case UInt8(ascii: "e") where matches("end"): return .end
        default: return .other
        }
    }
}
