/// Looks for a pattern anywhere in lines, in time proportional to their bytes.
///
/// The sets of steps that a line leads through are kept as numbered states with a table of what follows each, so that
/// most bytes cost one look into the table: logs are searched by the hundred megabytes. What is kept is bounded; a
/// pattern that makes more is worked out anew, which still costs no more than the pattern's length for each character.
package struct LineSearch: Sendable {
    /// What a set of steps means for the line.
    private struct State: Sendable {
        /// Those that take a character.
        let steps: [Int]
        /// Whether the pattern is found if the line ends here.
        let matchesAtEnd: Bool
    }

    private static let unknown: Int32 = -1
    /// The state of a line in which the pattern was found, whatever follows.
    private static let found = 0
    private static let mostStates = 2_000
    private static let mostSteps = 1 << 18

    private let steps: [TextPattern.Step]
    /// The state before the first character.
    private var start = LineSearch.found
    private var states: [State] = []
    private var numbers: [[Int]: Int] = [:]
    /// For each state and each ASCII character the state after it.
    private var table: [Int32] = []
    private var others: [UInt64: Int] = [:]
    private var keptSteps = 0

    package init(_ pattern: TextPattern) {
        steps = pattern.steps
        forget()
    }

    /// Whether the pattern occurs in a line, which is given without its line feed; `^` and `$` are its two ends.
    ///
    /// Bytes that are no UTF-8 count as U+FFFD.
    package mutating func occurs(in line: UnsafeRawBufferPointer) -> Bool {
        if start == Self.found { return true }
        var state = start
        for byte in line {
            guard byte < 0x80 else { return occursInText(String(decoding: line, as: UTF8.self)) }
            let known = table[state << 7 | Int(byte)]
            state = known != Self.unknown ? Int(known) : follow(state, Unicode.Scalar(byte))
            if state == Self.found { return true }
        }
        return states[state].matchesAtEnd
    }

    /// The same for a text.
    package mutating func occurs(in text: String) -> Bool {
        Array(text.utf8).withUnsafeBytes { occurs(in: $0) }
    }

    private mutating func occursInText(_ text: String) -> Bool {
        var state = start
        for scalar in text.unicodeScalars {
            state = follow(state, scalar)
            if state == Self.found { return true }
        }
        return states[state].matchesAtEnd
    }

    /// The state after a character.
    private mutating func follow(_ state: Int, _ scalar: Unicode.Scalar) -> Int {
        let key = UInt64(state) << 32 | UInt64(scalar.value)
        if scalar.isASCII {
            let known = table[state << 7 | Int(scalar.value)]
            if known != Self.unknown { return Int(known) }
        } else if let known = others[key] {
            return known
        }
        // A match may begin at every character.
        var seeds = [0]
        for step in states[state].steps {
            if case .take(let set) = steps[step], set.contains(scalar) { seeds.append(step + 1) }
        }
        let isFull = states.count >= Self.mostStates || keptSteps >= Self.mostSteps || others.count >= Self.mostSteps
        if isFull { forget() }
        let next = number(of: seeds, isStart: false)
        if !isFull {
            if scalar.isASCII { table[state << 7 | Int(scalar.value)] = Int32(next) } else { others[key] = next }
        }
        return next
    }

    private mutating func forget() {
        (states, numbers, table, others, keptSteps) = ([], [:], [], [:], 0)
        append(State(steps: [], matchesAtEnd: true))
        start = number(of: [0], isStart: true)
    }

    private mutating func append(_ state: State) {
        states.append(state)
        table += repeatElement(Self.unknown, count: 128)
        keptSteps += state.steps.count
    }

    private mutating func number(of seeds: [Int], isStart: Bool) -> Int {
        let here = reach(seeds, isStart: isStart, isEnd: false)
        if here.accepts { return Self.found }
        let matchesAtEnd = reach(seeds, isStart: isStart, isEnd: true).accepts
        // The last number is no step: it tells states apart that differ only in what the end of a line means to them.
        let key = here.takes + [matchesAtEnd ? -1 : -2]
        if !isStart, let known = numbers[key] { return known }
        append(State(steps: here.takes, matchesAtEnd: matchesAtEnd))
        if !isStart { numbers[key] = states.count - 1 }
        return states.count - 1
    }

    /// The steps that take a character, in order, and whether the pattern is found without taking one.
    private func reach(_ seeds: [Int], isStart: Bool, isEnd: Bool) -> (takes: [Int], accepts: Bool) {
        var isSeen = [Bool](repeating: false, count: steps.count)
        var takes: [Int] = []
        var accepts = false
        var open = seeds
        while let step = open.popLast() {
            guard !isSeen[step] else { continue }
            isSeen[step] = true
            switch steps[step] {
            case .take: takes.append(step)
            case .accept: accepts = true
            case .jump(let target): open.append(target)
            case .split(let one, let other): open += [one, other]
            case .start: if isStart { open.append(step + 1) }
            case .end: if isEnd { open.append(step + 1) }
            }
        }
        return (takes.sorted(), accepts)
    }
}
