/// A regular expression, matched in time proportional to text and pattern.
///
/// A backtracking matcher takes years for `(a+)+b`; here all ways through the pattern are followed at once, as Thompson
/// showed in 1968. The price is that there are no back references and no look-around; ``PatternParser`` refuses them.
package struct TextPattern: Sendable {
    /// One step of the matching machine; numbers are indices of steps.
    enum Step: Sendable {
        case take(ScalarSet)
        case jump(Int)
        case split(Int, Int)
        /// Goes on only where the text begins.
        case start
        /// Goes on only where the text ends.
        case end
        case accept
    }

    /// Longer texts are not matched, but refused.
    package static let longestText = 4096

    let steps: [Step]

    /// - Throws: ``PatternFault`` at the first part that cannot be read.
    package init(parsing text: String) throws(PatternFault) {
        var parser = PatternParser(text)
        let piece = try parser.pattern()
        var compiler = PatternCompiler()
        try compiler.add(piece)
        steps = compiler.steps + [.accept]
    }

    /// Whether the whole text fits; also false where it is longer than ``longestText``.
    package func matches(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars.prefix(Self.longestText + 1))
        guard scalars.count <= Self.longestText else { return false }
        var active = reach([0], at: 0, of: scalars.count)
        for (index, scalar) in scalars.enumerated() {
            var next: [Int] = []
            for step in active {
                if case .take(let set) = steps[step], set.contains(scalar) { next.append(step + 1) }
            }
            guard !next.isEmpty else { return false }
            active = reach(next, at: index + 1, of: scalars.count)
        }
        return active.contains { if case .accept = steps[$0] { true } else { false } }
    }

    /// The steps that take a character or accept, and that can be come to from `begin` without taking one.
    private func reach(_ begin: [Int], at position: Int, of count: Int) -> [Int] {
        var isSeen = [Bool](repeating: false, count: steps.count)
        var reached: [Int] = []
        var open = begin
        while let step = open.popLast() {
            guard !isSeen[step] else { continue }
            isSeen[step] = true
            switch steps[step] {
            case .take, .accept: reached.append(step)
            case .jump(let target): open.append(target)
            case .split(let one, let other): open += [one, other]
            case .start: if position == 0 { open.append(step + 1) }
            case .end: if position == count { open.append(step + 1) }
            }
        }
        return reached
    }
}

/// Why a text is no pattern, and where.
package struct PatternFault: Error, Hashable {
    package let message: String
    /// Unicode scalars from the start of the pattern.
    package let offset: Int
}

/// A set of characters such as `[a-z]` or `.`.
struct ScalarSet: Hashable, Sendable {
    var ranges: [ClosedRange<UInt32>]
    var isNegated = false

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) } != isNegated
    }

    init(_ ranges: [ClosedRange<UInt32>], isNegated: Bool = false) {
        self.ranges = ranges
        self.isNegated = isNegated
    }

    init(_ scalar: Unicode.Scalar) { self.init([scalar.value...scalar.value]) }

    /// All but line ends.
    static let any = ScalarSet([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029], isNegated: true)

    /// The sets that `\d`, `\w` and `\s` stand for, in ASCII as JSON Schema has them.
    static func named(_ letter: Unicode.Scalar) -> ScalarSet? {
        switch letter {
        case "d": ScalarSet([0x30...0x39])
        case "w": ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
        case "s": ScalarSet([0x09...0x0D, 0x20...0x20])
        default: nil
        }
    }

    /// The ranges that this leaves out.
    var complement: [ClosedRange<UInt32>] {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
            next = max(next, range.upperBound + 1)
        }
        return next <= 0x10FFFF ? gaps + [next...0x10FFFF] : gaps
    }
}
