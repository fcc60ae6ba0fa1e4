/// A part of a pattern.
indirect enum PatternPiece: Sendable {
    case set(ScalarSet)
    case start
    case end
    case sequence([PatternPiece])
    case either([PatternPiece])
    case repeated(PatternPiece, atLeast: Int, atMost: Int?)
}

/// Reads a pattern: the part of ECMA-262's regular expressions that needs no backtracking.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var depth = 0

    private static let longest = 2000
    private static let deepest = 50
    private static let mostRepeats = 1000

    init(_ text: String) { scalars = Array(text.unicodeScalars.prefix(Self.longest + 1)) }

    /// - Throws: ``PatternFault``.
    mutating func pattern() throws(PatternFault) -> PatternPiece {
        guard scalars.count <= Self.longest else {
            throw PatternFault(message: "a pattern has at most \(Self.longest) characters", offset: Self.longest)
        }
        let piece = try alternatives()
        guard index == scalars.count else { throw fault("this ')' closes nothing; write '\\)' for the character") }
        return piece
    }

    private var next: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        guard next == wanted else { return false }
        index += 1
        return true
    }

    private func fault(_ message: String, at offset: Int? = nil) -> PatternFault {
        PatternFault(message: message, offset: offset ?? index)
    }

    private mutating func alternatives() throws(PatternFault) -> PatternPiece {
        var choices: [PatternPiece] = []
        repeat {
            var parts: [PatternPiece] = []
            while let scalar = next, scalar != "|", scalar != ")" { parts.append(try repeatedPiece()) }
            choices.append(.sequence(parts))
        } while take("|")
        return choices.count == 1 ? choices[0] : .either(choices)
    }

    private mutating func repeatedPiece() throws(PatternFault) -> PatternPiece {
        let begin = index
        let piece = try piece()
        guard let (least, most) = try count() else { return piece }
        switch piece {
        case .start, .end: throw fault("'^' and '$' cannot be repeated", at: begin)
        default: break
        }
        _ = take("?")  // shortest first: that changes nothing where the whole text must match
        if let scalar = next, "*+?{".unicodeScalars.contains(scalar) {
            throw fault("'\(scalar)' repeats what is repeated already; put the part before it in '( )'")
        }
        return .repeated(piece, atLeast: least, atMost: most)
    }

    private mutating func count() throws(PatternFault) -> (Int, Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        let begin = index
        guard take("{") else { return nil }
        guard let least = number() else {
            throw fault("a count such as {2} or {1,3} was expected; write '\\{' for the character", at: begin)
        }
        let most: Int? = take(",") ? number() : least
        guard take("}"), least <= most ?? least else {
            throw fault("a count such as {2}, {1,} or {1,3} was expected", at: begin)
        }
        guard max(least, most ?? 0) <= Self.mostRepeats else {
            throw fault("a count may be at most \(Self.mostRepeats)", at: begin)
        }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let digit = next, ("0"..."9").contains(digit) {
            value = min((value ?? 0) * 10 + Int(digit.value - 0x30), Self.mostRepeats + 1)
            index += 1
        }
        return value
    }

    private mutating func piece() throws(PatternFault) -> PatternPiece {
        guard let scalar = next else { return .sequence([]) }
        switch scalar {
        case "(": return try group()
        case "[": return .set(try bracket())
        case "\\": return .set(try escape())
        case "*", "+", "?", "{":
            throw fault("there is nothing before '\(scalar)' to repeat; write '\\\(scalar)' for the character")
        default: break
        }
        index += 1
        switch scalar {
        case "^": return .start
        case "$": return .end
        case ".": return .set(.any)
        default: return .set(ScalarSet(scalar))
        }
    }

    private mutating func group() throws(PatternFault) -> PatternPiece {
        let begin = index
        index += 1
        depth += 1
        guard depth <= Self.deepest else { throw fault("groups are nested more than \(Self.deepest) deep") }
        if take("?"), !take(":") {
            throw fault("only '(…)' and '(?:…)' are read: no look-around, no names and no options", at: begin)
        }
        let piece = try alternatives()
        guard take(")") else { throw fault("this '(' is never closed; write '\\(' for the character", at: begin) }
        depth -= 1
        return .sequence([piece])
    }

    // MARK: Characters

    private mutating func bracket() throws(PatternFault) -> ScalarSet {
        let begin = index
        index += 1
        var set = ScalarSet([], isNegated: take("^"))
        while next != "]" {
            guard index < scalars.count else {
                throw fault("this '[' is never closed; write '\\[' for the character", at: begin)
            }
            let from = index
            let first = try member()
            guard next == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else {
                set.ranges += first.ranges
                continue
            }
            index += 1
            let last = try member()
            guard let low = first.single, let high = last.single, low <= high else {
                throw fault("this is no range of characters from a lower to a higher one", at: from)
            }
            set.ranges.append(low...high)
        }
        index += 1
        return set
    }

    private mutating func member() throws(PatternFault) -> ScalarSet {
        if next == "\\" { return try escape() }
        defer { index += 1 }
        return next.map { ScalarSet($0) } ?? ScalarSet([])
    }

    private mutating func escape() throws(PatternFault) -> ScalarSet {
        let begin = index
        index += 1
        guard let letter = next else { throw fault("a '\\' at the end escapes nothing; write '\\\\'", at: begin) }
        index += 1
        if let set = ScalarSet.named(letter) { return set }
        if let set = letter.properties.lowercaseMapping.unicodeScalars.first.flatMap(ScalarSet.named) {
            return ScalarSet(set.complement)
        }
        switch letter {
        case "n": return ScalarSet("\n")
        case "r": return ScalarSet("\r")
        case "t": return ScalarSet("\t")
        case "x": return try hexadecimal(digits: 2, from: begin)
        case "u": return try hexadecimal(digits: 4, from: begin)
        default:
            guard letter.isASCII, !("a"..."z").contains(letter), !("A"..."Z").contains(letter),
                !("0"..."9").contains(letter)
            else { throw fault("'\\\(letter)' is not read here", at: begin) }
            return ScalarSet(letter)
        }
    }

    private mutating func hexadecimal(digits: Int, from begin: Int) throws(PatternFault) -> ScalarSet {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars[index...].prefix(digits))
        guard text.utf8.count == digits, text.utf8.first != UInt8(ascii: "+"), let value = UInt32(text, radix: 16),
            let scalar = Unicode.Scalar(value)
        else { throw fault("\(digits) hexadecimal digits of a character were expected after this", at: begin) }
        index += digits
        return ScalarSet(scalar)
    }
}

extension ScalarSet {
    /// The one character of the set, where it has just one.
    fileprivate var single: UInt32? {
        ranges.count == 1 && ranges[0].count == 1 ? ranges[0].lowerBound : nil
    }
}

/// Writes the steps of a pattern.
struct PatternCompiler {
    private(set) var steps: [TextPattern.Step] = []
    /// Pieces written so far: also one that writes no step takes time, and `((){1000}){1000}` has a million.
    private var written = 0

    private static let most = 4000

    mutating func add(_ piece: PatternPiece) throws(PatternFault) {
        written += 1
        guard written <= Self.most, steps.count <= Self.most else {
            throw PatternFault(message: "with all its counts written out the pattern is too long", offset: 0)
        }
        switch piece {
        case .set(let set): steps.append(.take(set))
        case .start: steps.append(.start)
        case .end: steps.append(.end)
        case .sequence(let parts): for part in parts { try add(part) }
        case .either(let choices): try add(choices)
        case .repeated(let part, let least, let most):
            for _ in 0..<least { try add(part) }
            guard let most else { return try addLoop(part) }
            for _ in least..<max(most, least) { try addOptional(part) }
        }
    }

    private mutating func add(_ choices: [PatternPiece]) throws(PatternFault) {
        var exits: [Int] = []
        for (index, choice) in choices.enumerated() {
            guard index < choices.count - 1 else {
                try add(choice)
                break
            }
            let split = steps.count
            steps.append(.accept)
            try add(choice)
            exits.append(steps.count)
            steps.append(.accept)
            steps[split] = .split(split + 1, steps.count)
        }
        for exit in exits { steps[exit] = .jump(steps.count) }
    }

    private mutating func addLoop(_ part: PatternPiece) throws(PatternFault) {
        let split = steps.count
        steps.append(.accept)
        try add(part)
        steps.append(.jump(split))
        steps[split] = .split(split + 1, steps.count)
    }

    private mutating func addOptional(_ part: PatternPiece) throws(PatternFault) {
        let split = steps.count
        steps.append(.accept)
        try add(part)
        steps[split] = .split(split + 1, steps.count)
    }
}
